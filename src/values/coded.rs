//! The coded words of the product: lower case, with hyphens.

use std::str::FromStr;

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every word, in order.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word used in tables.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($word => Ok($name::$variant),)+ _ => Err(()) }
            }
        }
    };
}

coded! {
    /// How soon someone must be seen; ordered, so that the greater is the more urgent.
    Priority {
        /// No particular haste.
        Routine = "routine",
        /// Sooner than routine.
        Urgent = "urgent",
        /// Suspected cancer: within two weeks.
        TwoWeekWait = "two-week-wait",
    }
}

coded! {
    /// Administrative sex as recorded.
    Sex {
        /// Male.
        Male = "male",
        /// Female.
        Female = "female",
        /// Recorded as indeterminate.
        Indeterminate = "indeterminate",
        /// Recorded as not known.
        Unknown = "unknown",
    }
}

coded! {
    /// Whether the sender still holds a referral open.
    ReferralStatus {
        /// Open.
        Open = "open",
        /// Closed, with or without a reason.
        Closed = "closed",
    }
}

coded! {
    /// What became of an appointment.
    AppointmentStatus {
        /// Booked; not yet held.
        Booked = "booked",
        /// The patient was seen.
        Attended = "attended",
        /// The patient did not come and gave no warning.
        DidNotAttend = "did-not-attend",
        /// Cancelled by or for the patient.
        CancelledByPatient = "cancelled-by-patient",
        /// Cancelled or postponed by the provider.
        CancelledByProvider = "cancelled-by-provider",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for word in Priority::WORDS {
            assert_eq!(word.parse::<Priority>().map(Priority::word), Ok(*word));
        }
        for word in AppointmentStatus::WORDS {
            assert_eq!(word.parse::<AppointmentStatus>().map(AppointmentStatus::word), Ok(*word));
        }
        assert!(Priority::TwoWeekWait > Priority::Urgent && Priority::Urgent > Priority::Routine);
        assert!("Urgent".parse::<Priority>().is_err());
    }
}
