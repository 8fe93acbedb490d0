//! One value a record, four bytes each. A stretch of records of which none has a value takes no room: each source fills
//! only the fields it has, so that most columns are empty for most of their length.

/// Values by place; nought for missing.
#[derive(Clone, Default)]
pub(super) struct Column {
    stretches: Vec<Option<Box<[u32; STRETCH]>>>,
}

/// So many values are kept in one piece. Pieces never move, so a column that grows leaves no holes behind.
const STRETCH: usize = 4096;

impl Column {
    /// The value at a place; nought when it was never set.
    pub(super) fn get(&self, place: u32) -> u32 {
        let (stretch, within) = split(place);
        self.stretches.get(stretch).and_then(Option::as_deref).map_or(0, |values| values[within])
    }

    /// Sets a value.
    pub(super) fn set(&mut self, place: u32, value: u32) {
        let (stretch, within) = split(place);
        if value == 0 && self.stretches.get(stretch).is_none_or(Option::is_none) {
            return;
        }
        if self.stretches.len() <= stretch {
            self.stretches.resize(stretch + 1, None);
        }
        self.stretches[stretch].get_or_insert_with(|| Box::new([0; STRETCH]))[within] = value;
    }

    /// Makes other values of those that are set.
    pub(super) fn change(&mut self, other: impl Fn(u32) -> u32) {
        for value in self.stretches.iter_mut().flatten().flat_map(|stretch| stretch.iter_mut()) {
            if *value != 0 {
                *value = other(*value);
            }
        }
    }

    /// The same values in another order: at each place that which stood at the old one.
    pub(super) fn arranged(&self, order: &[u32]) -> Column {
        let mut column = Column::default();
        if !self.stretches.is_empty() {
            (0u32..).zip(order).for_each(|(new, old)| column.set(new, self.get(*old)));
        }
        column
    }
}

fn split(place: u32) -> (usize, usize) {
    (place as usize / STRETCH, place as usize % STRETCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_was_set_and_nought_elsewhere() {
        let mut column = Column::default();
        let places = [0, 1, 4095, 4096, 20_000, 9_000];
        places.iter().for_each(|place| column.set(*place, place + 7));
        for place in 0..30_000 {
            assert_eq!(column.get(place), if places.contains(&place) { place + 7 } else { 0 }, "{place}");
        }
        column.set(1, 0);
        column.set(90_000, 0);
        assert_eq!((column.get(1), column.get(90_000), column.get(u32::MAX)), (0, 0, 0));
        assert_eq!(column.stretches.iter().flatten().count(), 4, "a stretch without values takes no room");
    }

    #[test]
    fn arranged_by_an_order_of_old_places() {
        let mut column = Column::default();
        column.set(0, 10);
        column.set(5000, 20);
        let arranged = column.arranged(&[5000, 3, 0]);
        assert_eq!([arranged.get(0), arranged.get(1), arranged.get(2), arranged.get(3)], [20, 0, 10, 0]);
    }
}
