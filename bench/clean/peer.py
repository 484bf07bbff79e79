"""The peers of `bench -- clean`: peer.py (polars|pandas) FILE FOLDER. Prints counts and costs as child.ts does, as JSON."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from peer_cost import cpu_seconds, print_outcome  # noqa: E402

if sys.argv[1] == "polars":
    import polars as pl
else:
    import numpy as np
    import pandas as pd
    import pyarrow.parquet  # noqa: F401  pandas would load it with its first file

ORDER = ["date_unreadable", "date_missing", "bad_destination", "distance_not_positive"]


def by_polars(path, folder):
    rows = pl.scan_parquet(path)
    # The value that stands at the place, as Perennial takes it: no mean of two neighbours.
    cap = rows.select(pl.col("delay").quantile(0.999, interpolation="nearest")).collect(engine="streaming").item()
    when = pl.col("date").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    reason = (
        pl.when(pl.col("date").is_not_null() & when.is_null()).then(pl.lit(ORDER[0]))
        .when(pl.col("date").is_null()).then(pl.lit(ORDER[1]))
        .when(~pl.col("destination").str.contains(r"^[A-Z0-9]{3}$")).then(pl.lit(ORDER[2]))
        .when(pl.col("distance") < 1).then(pl.lit(ORDER[3]))
    )
    judged = rows.with_columns(reason.alias("reason"))
    refused = judged.filter(pl.col("reason").is_not_null())
    refused.sink_parquet(f"{folder}/quarantine.parquet", compression="zstd")
    kept = judged.filter(pl.col("reason").is_null()).with_columns(
        date=when,
        delay=pl.col("delay").clip(upper_bound=cap),
        origin=pl.col("origin").str.strip_chars().str.to_uppercase(),
    ).drop("reason")
    kept.unique(subset=["id"], keep="first", maintain_order=True).sink_parquet(
        f"{folder}/clean.parquet", compression="zstd"
    )
    counted = pl.scan_parquet(f"{folder}/quarantine.parquet").group_by("reason").len().collect()
    n = pl.scan_parquet(f"{folder}/clean.parquet").select(pl.len()).collect().item()
    return rows.select(pl.len()).collect().item(), n, dict(counted.iter_rows())


def by_pandas(path, folder):
    rows = pd.read_parquet(path)
    cap = int(rows.delay.quantile(0.999, interpolation="nearest"))
    when = pd.to_datetime(rows.date, format="%Y-%m-%d %H:%M:%S", errors="coerce")
    reason = pd.Series(
        np.select(
            [
                rows.date.notna() & when.isna(),
                rows.date.isna(),
                ~rows.destination.str.fullmatch(r"[A-Z0-9]{3}"),
                rows.distance < 1,
            ],
            ORDER,
            "",
        ),
        index=rows.index,
    )
    refused = rows[reason != ""].assign(reason=reason[reason != ""])
    refused.to_parquet(f"{folder}/quarantine.parquet", compression="zstd")
    kept = rows.assign(date=when, delay=rows.delay.clip(upper=cap), origin=rows.origin.str.strip().str.upper())
    clean = kept[reason == ""].drop_duplicates("id", keep="first")
    clean.to_parquet(f"{folder}/clean.parquet", compression="zstd")
    return len(rows), len(clean), refused.reason.value_counts().to_dict()


loaded = cpu_seconds()
total, clean, reasons = {"polars": by_polars, "pandas": by_pandas}[sys.argv[1]](sys.argv[2], sys.argv[3])
counts = {"rows": total, "clean": clean, "duplicates": total - clean - sum(reasons.values()), **reasons}
print_outcome(sys.argv[1], loaded, counts=counts)
