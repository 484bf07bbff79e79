"""The peers of `bench -- validate`: peer.py (polars|pandera|great-expectations) FILE. Prints verdicts and costs as child.ts does."""

import datetime
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from peer_cost import cpu_seconds, print_outcome  # noqa: E402

COLUMNS = ["id", "date", "delay", "distance", "origin", "destination", "fare"]
CODE = r"^[A-Z0-9]{3}$"
BEGIN, END = datetime.datetime(2001, 1, 1), datetime.datetime(2002, 1, 1)

if sys.argv[1] == "polars":
    import polars as pl
elif sys.argv[1] == "pandera":
    import pandas as pd
    import pandera.pandas as pa
    import pyarrow.parquet  # noqa: F401  pandas would load it with its first file
else:
    import logging

    import great_expectations as gx
    import pandas as pd
    import pyarrow.parquet  # noqa: F401
    from great_expectations import expectations as gxe

    logging.disable(logging.CRITICAL)


def by_polars(path):
    rows = pl.scan_parquet(path)
    types = rows.collect_schema()
    c = pl.col
    got = (
        rows.select(
            n=pl.len(),
            date_null=c("date").null_count(),
            delay_null=c("delay").null_count(),
            origin_null=c("origin").null_count(),
            destination_null=c("destination").null_count(),
            ids=c("id").n_unique(),
            delay=(~c("delay").is_between(-1500, 1000)).sum(),
            distance=(~c("distance").is_between(1, 6000)).sum(),
            fare=(~c("fare").is_between(0, 1000)).sum(),
            date=((c("date") < BEGIN) | (c("date") >= END)).sum(),
            origin=(~c("origin").str.contains(CODE)).sum(),
            destination=(~c("destination").str.contains(CODE)).sum(),
            length=(c("origin").str.len_chars() != 3).sum(),
            same=(c("origin") == c("destination")).sum(),
            mean=c("delay").mean(),
            std=c("delay").std(),
            q99=c("delay").quantile(0.99, interpolation="linear"),
            origins=c("origin").n_unique(),
        )
        .collect(engine="streaming")
        .row(0, named=True)
    )
    plain = [
        got["n"] >= 2_900_000,
        types.names() == COLUMNS,
        isinstance(types["date"], pl.Datetime),
        types["delay"].is_integer(),
        types["distance"].is_integer(),
        types["fare"].is_float(),
    ]
    counts = [got[f"{name}_null"] for name in ("date", "delay", "origin", "destination")] + [got["n"] - got["ids"]]
    counts += [got[k] for k in ("delay", "distance", "fare", "date", "origin", "destination", "length", "same")]
    figures = [0 <= got["mean"] <= 20, 10 <= got["std"] <= 60, 60 <= got["q99"] <= 300, 100 <= got["origins"] <= 400]
    return [[ok, None] for ok in plain] + [[n == 0, n] for n in counts] + [[ok, None] for ok in figures]


# The expectations in their order, as pandera calls them.
PANDERA = [
    (None, "rows"), ("*", "strict"),
    *[(column, "dtype") for column in ("date", "delay", "distance", "fare")],
    *[(column, "not null") for column in ("date", "delay", "origin", "destination")],
    ("id", "unique"),
    *[(column, "in_range") for column in ("delay", "distance", "fare")],
    ("date", "date"), ("origin", "str_matches"), ("destination", "str_matches"), ("origin", "str_length"),
    *[(None, check) for check in ("same", "mean", "std", "q99", "origins")],
]


def by_pandera(path):
    rows = pd.read_parquet(path)
    between = pa.Check.in_range

    def whole(name, check):
        return pa.Check(check, name=name)

    schema = pa.DataFrameSchema(
        {
            "id": pa.Column(nullable=True, unique=True),
            "date": pa.Column("datetime64[us]", [pa.Check(lambda s: (s >= BEGIN) & (s < END), name="date")]),
            "delay": pa.Column("int16", [between(-1500, 1000)]),
            "distance": pa.Column("int64", [between(1, 6000)]),
            "origin": pa.Column(checks=[pa.Check.str_matches(CODE), pa.Check.str_length(3, 3)]),
            "destination": pa.Column(checks=[pa.Check.str_matches(CODE)]),
            "fare": pa.Column("float64", [between(0, 1000)], nullable=True),
        },
        checks=[
            whole("rows", lambda d: len(d) >= 2_900_000),
            whole("mean", lambda d: 0 <= d.delay.mean() <= 20),
            whole("std", lambda d: 10 <= d.delay.std() <= 60),
            whole("q99", lambda d: 60 <= d.delay.quantile(0.99) <= 300),
            whole("origins", lambda d: 100 <= d.origin.nunique() <= 400),
            whole("same", lambda d: d.origin != d.destination),
        ],
        strict=True,
    )
    # pandera tells what is broken alone: what it was not asked for would seem to hold.
    asked = {(None, check.name) for check in schema.checks} | ({("*", "strict")} if schema.strict else set())
    for name, column in schema.columns.items():
        asked |= {(name, check.name) for check in column.checks}
        asked |= {(name, what) for what in ("unique", "dtype") if getattr(column, what)}
        asked |= set() if column.nullable else {(name, "not null")}
    if set(PANDERA) - asked:
        raise SystemExit(f"pandera is not asked for {set(PANDERA) - asked}")
    broken = {}
    try:
        schema.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        broken = {key: len(part) for key, part in cases.groupby(["column", "check"])}
    # Only the range of the delay is broken; anything else would show here by its name.
    unlike = {key: n for key, n in broken.items() if key != ("delay", "in_range(-1500, 1000)")}
    if unlike:
        raise SystemExit(f"pandera: {unlike}")
    verdicts = [[True, None]] * 6 + [[True, 0]] * 13 + [[True, None]] * 4
    n = sum(broken.values())
    verdicts[11] = [n == 0, n]
    return verdicts


def by_great_expectations(path):
    rows = pd.read_parquet(path)
    # No expectation over pandas says that two columns differ: a column that says so is one of them.
    rows["differs"] = rows.origin != rows.destination
    context = gx.get_context(mode="ephemeral")
    batch = (
        context.data_sources.add_pandas("pandas")
        .add_dataframe_asset("flights")
        .add_batch_definition_whole_dataframe("all")
    )
    between = gxe.ExpectColumnValuesToBeBetween
    suite = gx.ExpectationSuite(
        name="flights",
        expectations=[
            gxe.ExpectTableRowCountToBeBetween(min_value=2_900_000),
            gxe.ExpectTableColumnsToMatchSet(column_set=[*COLUMNS, "differs"], exact_match=True),
            gxe.ExpectColumnValuesToBeOfType(column="date", type_="datetime64"),
            gxe.ExpectColumnValuesToBeOfType(column="delay", type_="int16"),
            gxe.ExpectColumnValuesToBeOfType(column="distance", type_="int64"),
            gxe.ExpectColumnValuesToBeOfType(column="fare", type_="float64"),
            *[gxe.ExpectColumnValuesToNotBeNull(column=c) for c in ("date", "delay", "origin", "destination")],
            gxe.ExpectColumnValuesToBeUnique(column="id"),
            between(column="delay", min_value=-1500, max_value=1000),
            between(column="distance", min_value=1, max_value=6000),
            between(column="fare", min_value=0, max_value=1000),
            between(column="date", min_value=BEGIN, max_value=END, strict_max=True),
            gxe.ExpectColumnValuesToMatchRegex(column="origin", regex=CODE),
            gxe.ExpectColumnValuesToMatchRegex(column="destination", regex=CODE),
            gxe.ExpectColumnValueLengthsToEqual(column="origin", value=3),
            gxe.ExpectColumnValuesToBeInSet(column="differs", value_set=[True]),
            gxe.ExpectColumnMeanToBeBetween(column="delay", min_value=0, max_value=20),
            gxe.ExpectColumnStdevToBeBetween(column="delay", min_value=10, max_value=60),
            gxe.ExpectColumnQuantileValuesToBeBetween(
                column="delay", quantile_ranges={"quantiles": [0.99], "value_ranges": [[60, 300]]}
            ),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="origin", min_value=100, max_value=400),
        ],
    )
    # They come back by column: their places say which is which.
    for place, expectation in enumerate(suite.expectations):
        expectation.meta = {"place": place}
    outcome = context.suites.add(suite)
    found = batch.get_batch(batch_parameters={"dataframe": rows}).validate(outcome).results
    found = sorted(found, key=lambda r: r["expectation_config"]["meta"]["place"])
    counts = [r["result"].get("unexpected_count") for r in found]
    return [[bool(r["success"]), None if i < 6 or i >= 19 else counts[i]] for i, r in enumerate(found)]


loaded = cpu_seconds()
judge = {"polars": by_polars, "pandera": by_pandera, "great-expectations": by_great_expectations}[sys.argv[1]]
print_outcome(sys.argv[1].replace("-", "_"), loaded, verdicts=judge(sys.argv[2]))
