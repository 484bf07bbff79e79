"""Writes river.json: where river 0.26.1's detectors, with their defaults, see drifts and warnings on fixed streams.

python -m venv peers && peers/bin/pip install river==0.26.1 'pandas<3' pyarrow
peers/bin/python test/unit/drift/river/record.py node_modules/vega-datasets/data/flights-3m.parquet > test/unit/drift/river/river.json
"""

import json
import sys

import pandas as pd
from river import drift


def uniform(seed):
    """Park & Miller's generator: exact in doubles, so that TypeScript draws the same."""
    while True:
        seed = seed * 48271 % 2147483647
        yield seed / 2147483647


def errors(seed, rates):
    return [1 if u < rate else 0 for u, rate in zip(uniform(seed), rates)]


def values(seed, means):
    draws = uniform(seed)
    return [mean + next(draws) + next(draws) + next(draws) + next(draws) - 2 for mean in means]


flights = pd.read_parquet(sys.argv[1], columns=["delay"]).delay[:20000].astype(float).tolist()
streams = {
    "errors-step": errors(1, [0.1] * 2000 + [0.3] * 2000 + [0.1] * 2000),
    "errors-slope": errors(2, [0.1 + 0.3 * i / 6000 for i in range(6000)]),
    "errors-steady": errors(3, [0.2] * 10000),
    "values-step": values(4, [0] * 1500 + [0.5] * 1500 + [-0.5] * 1500 + [5] * 500),
    "values-steady": values(5, [3] * 5000),
    "flights-late": [1 if delay > 15 else 0 for delay in flights],
    "flights-delay": flights,
}
detectors = {
    "adwin": drift.ADWIN,
    "page-hinkley": drift.PageHinkley,
    "ddm": drift.binary.DDM,
    "hddm-a": drift.binary.HDDMA,
    "hddm-a-two-sided": lambda: drift.binary.HDDMA(two_sided_test=True),
}


def record(make, stream):
    detector = make()
    drifts, warnings = [], []
    for place, x in enumerate(stream):
        detector.update(x)
        if detector.drift_detected:
            drifts.append(place)
        elif getattr(detector, "warning_detected", False):
            warnings.append(place)
    # Warnings come in long rows: how many, and where the first and the last one are.
    return {"drifts": drifts, "warnings": [len(warnings), warnings[0] if warnings else None, warnings[-1] if warnings else None]}


binary = [name for name, stream in streams.items() if set(stream) <= {0, 1}]
out = {
    name: {of: record(make, stream) for of, stream in streams.items() if of in binary or name in ("adwin", "page-hinkley")}
    for name, make in detectors.items()
}
print(json.dumps(out, indent=1))
