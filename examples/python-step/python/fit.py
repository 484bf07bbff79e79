"""Fits a line to points by gradient descent, and says a hundred times how far it is."""

import json
import math

import execution

task = execution.read()
given = task["input"]
rate, epochs = given["rate"], given["epochs"]
if rate <= 0:
    execution.refuse(f"the rate is {rate}, which does not descend")

# An artifact of the input is a file to read; its path is under its digest.
with open(task["artifacts"][given["points"]], encoding="utf-8") as file:
    points = json.load(file)

slope = intercept = 0.0
for epoch in range(1, epochs + 1):
    errors = [(x, slope * x + intercept - y) for x, y in points]
    slope -= rate * 2 * sum(error * x for x, error in errors) / len(points)
    intercept -= rate * 2 * sum(error for _, error in errors) / len(points)
    if epoch % max(1, epochs // 100) == 0:
        execution.report({"epoch": epoch, "of": epochs})

loss = sum((slope * x + intercept - y) ** 2 for x, y in points) / len(points)
if not math.isfinite(loss):
    execution.refuse(f"the rate {rate} is too large: the loss is {loss}")

print(f"rate {rate}: loss {loss:.6f}")
model = execution.keep("model.json", {"slope": slope, "intercept": intercept})
execution.give({"rate": rate, "slope": slope, "intercept": intercept, "loss": loss, "model": model})
