"""Splink on a flat table of people, from CSV to clusters; one JSON document on standard output says what came of it.

usage: with_splink.py TABLE CLUSTERS tight|wide
Settings follow Splink's own guides for people of this country: names by Jaro-Winkler with term frequencies, its ready-made
comparisons for dates of birth and postcodes, and numbers by edit distance.
"""

import json
import platform
import sys
import time

import duckdb
import splink
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

TIGHT = [
    block_on("nhs_number"),
    block_on("surname", "dob"),
    block_on("first_name", "dob"),
    block_on("postcode", "first_name"),
    block_on("postcode", "surname"),
    block_on("postcode", "dob"),
    block_on("first_name", "surname", "substr(dob, 1, 4)"),
    block_on("substr(first_name, 1, 3)", "substr(surname, 1, 3)", "substr(dob, 6, 5)"),
]
WIDE = [
    block_on("dob"),
    block_on("nhs_number"),
    block_on("postcode"),
    block_on("surname", "substr(dob, 1, 4)"),
    block_on("first_name", "surname"),
    block_on("substr(first_name, 1, 3)", "substr(dob, 6, 5)"),
]
RANDOM_PAIRS = 1e7
MATCH = 0.95

table, clusters, width = sys.argv[1:]
stages, since = [], time.perf_counter()


def ends(stage):
    global since
    now = time.perf_counter()
    stages.append([stage, now - since])
    since = now


connection = duckdb.connect(":memory:")
connection.execute(
    """
    create table people as
    select rec_id, nullif(first_name, '') as first_name, nullif(surname, '') as surname, nullif(dob, '') as dob,
        nullif(sex, '') as sex, nullif(nhs_number, '') as nhs_number,
        nullif(regexp_replace(replace(postcode, ' ', ''), '(...)$', ' \\1'), '') as postcode
    from read_csv(?, all_varchar = true, header = true)
    """,
    [table],
)
api = DuckDBAPI(connection=connection)
settings = SettingsCreator(
    link_type="dedupe_only",
    unique_id_column_name="rec_id",
    comparisons=[
        cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode"),
        cl.ExactMatch("sex"),
        cl.LevenshteinAtThresholds("nhs_number", [1, 2]),
    ],
    blocking_rules_to_generate_predictions=TIGHT if width == "tight" else WIDE,
    retain_intermediate_calculation_columns=False,
    retain_matching_columns=False,
)
linker = Linker(api.register(connection.table("people")), settings, log_level=None)
ends("read")
linker.training.estimate_probability_two_random_records_match(
    [block_on("nhs_number"), block_on("first_name", "surname", "dob")], recall=0.8
)
linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS)
ends("u")
for rule in (block_on("first_name", "surname"), block_on("dob")):
    linker.training.estimate_parameters_using_expectation_maximisation(rule)
ends("em")
predictions = linker.inference.predict()
pairs = connection.execute(f"select count(*) from {predictions.physical_name}").fetchall()[0][0]
ends("predict")
found = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=MATCH)
connection.execute(f"copy (select rec_id, cluster_id from {found.physical_name}) to '{clusters}' (header)")
ends("cluster")
print(
    json.dumps(
        {
            "versions": f"Splink {splink.__version__}, DuckDB {duckdb.__version__}, Python {platform.python_version()}",
            "settings": f"{RANDOM_PAIRS:.0f} random pairs for u; EM on first_name and surname, and on dob; "
            f"joined from p {MATCH} on",
            "blocks": [rule.get_blocking_rule("duckdb").blocking_rule_sql for rule in (TIGHT if width == "tight" else WIDE)],
            "pairs": pairs,
            "stages": stages,
        }
    )
)
