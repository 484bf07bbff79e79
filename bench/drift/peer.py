"""The peers of `bench -- drift`: peer.py (scipy|evidently) FILE. Prints figures and costs as child.ts does, as JSON."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from peer_cost import cpu_seconds, print_outcome  # noqa: E402

import numpy as np
import pandas as pd
import pyarrow.parquet  # noqa: F401  pandas would load it with its first file

if sys.argv[1] == "scipy":
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import chi2_contingency, ks_2samp, wasserstein_distance
else:
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

NUMBERS = ["delay", "distance", "hour"]
CATEGORIES = ["origin", "destination"]


def months(path):
    """January and June of the flights, the rows of both read alone."""
    day = pd.Timestamp

    def read(begin, end):
        rows = pd.read_parquet(path, filters=[("date", ">=", day(begin)), ("date", "<", day(end))])
        rows["hour"] = rows.date.dt.hour
        return rows.drop(columns="date")

    return read("2001-01-01", "2001-02-01"), read("2001-06-01", "2001-07-01")


def by_scipy(reference, current):
    def psi(r, c):
        r, c = np.maximum(r, 1e-4), np.maximum(c, 1e-4)
        return float(np.sum((c - r) * np.log(c / r)))

    figures = {}
    for name in NUMBERS:
        r, c = reference[name].to_numpy(), current[name].to_numpy()
        edges = np.unique(np.quantile(r, np.arange(1, 10) / 10))
        shares = [np.bincount(np.searchsorted(edges, x, "left"), minlength=len(edges) + 1) / len(x) for x in (r, c)]
        distance = float(wasserstein_distance(r, c))
        figures[name] = {
            "psi": psi(*shares),
            "jensen-shannon": float(jensenshannon(*shares, base=2)),
            "kolmogorov-smirnov": float(ks_2samp(r, c, method="asymp").statistic),
            "wasserstein": distance,
            "wasserstein-per-std": distance / max(float(np.std(r)), 0.001),
        }
    for name in CATEGORIES:
        counts = pd.concat([reference[name].value_counts(), current[name].value_counts()], axis=1).fillna(0).to_numpy()
        r, c = counts[:, 0] / counts[:, 0].sum(), counts[:, 1] / counts[:, 1].sum()
        figures[name] = {
            "psi": psi(r, c),
            "jensen-shannon": float(jensenshannon(r, c, base=2)),
            "chi-square": float(chi2_contingency(counts.T, correction=False).statistic),
            "l-infinity": float(np.max(np.abs(r - c))),
        }
    return figures


def by_evidently(reference, current):
    definition = DataDefinition(numerical_columns=NUMBERS, categorical_columns=CATEGORIES)
    both = [Dataset.from_pandas(rows, data_definition=definition) for rows in (current, reference)]
    metrics = Report([DataDriftPreset()]).run(*both).dict()["metrics"]
    values = {metric["config"].get("column"): metric["value"] for metric in metrics}
    return {
        name: {"wasserstein-per-std" if name in NUMBERS else "jensen-shannon-e": float(values[name])}
        for name in NUMBERS + CATEGORIES
    }


loaded = cpu_seconds()
figures = {"scipy": by_scipy, "evidently": by_evidently}[sys.argv[1]](*months(sys.argv[2]))
print_outcome(sys.argv[1], loaded, figures=figures)
