"""Draws points around the line y = 3x - 2."""

import random

import execution

given = execution.read()["input"]
chance = random.Random(given["seed"])
places = [chance.uniform(-1, 1) for _ in range(given["points"])]
points = [[x, 3 * x - 2 + chance.gauss(0, 0.1)] for x in places]
execution.give({"points": execution.keep("points.json", points)})
