"""Writes nannyml.json: what NannyML 0.13.1 expects of fixed calibrated probabilities (CBPE), by hand and as its estimator.

python3.11 -m venv peers && peers/bin/pip install nannyml==0.13.1 'pandas<3' statsmodels
peers/bin/python test/unit/drift/nannyml/record.py > test/unit/drift/nannyml/nannyml.json
"""

import json

import nannyml as nml
import numpy as np
import pandas as pd
from nannyml.performance_estimation.confidence_based.metrics import estimate_accuracy, estimate_roc_auc


def uniform(seed):
    """Park & Miller's generator: exact in doubles, so that TypeScript draws the same."""
    while True:
        seed = seed * 48271 % 2147483647
        yield seed / 2147483647


def frame(seed, rows):
    draws = uniform(seed)
    p = np.array([next(draws) for _ in range(rows)])
    y = np.array([1 if next(draws) < each else 0 for each in p])
    return pd.DataFrame({"p": p, "y": y, "answer": (p >= 0.5).astype(int)})


sample = frame(11, 5000)
p = sample.p.to_numpy()
by_hand = {
    "rocAuc": float(estimate_roc_auc(p, p)),
    "accuracy": float(estimate_accuracy(sample.answer, p)),
}
# Scores that rank otherwise than the probabilities: the rows' own, turned at 0.7.
scores = np.abs(p - 0.7)
ranked = {
    "rocAuc": float(estimate_roc_auc(p, scores)),
    "accuracy": float(estimate_accuracy((scores >= 0.5).astype(int), p)),
}

estimator = nml.CBPE(
    y_pred_proba="p", y_pred="answer", y_true="y", problem_type="classification_binary",
    metrics=["roc_auc", "accuracy"], chunk_size=5000,
)
estimator.fit(frame(12, 50000))
result = estimator.estimate(sample).filter(period="analysis").to_df()
as_estimator = {
    "calibrates": bool(estimator.needs_calibration),
    "rocAuc": float(result[("roc_auc", "value")].iloc[0]),
    "accuracy": float(result[("accuracy", "value")].iloc[0]),
}
print(json.dumps({"byHand": by_hand, "ranked": ranked, "estimator": as_estimator}, indent=2))
