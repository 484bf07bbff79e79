"""What a step's program is given and what it gives, as docs/COMMAND-STEPS.md says. Python's standard library alone."""

import json
import os
import sys


def read():
    """The execution: its input, the paths of the artifacts that the input names, its place in the run."""
    with open(os.environ["PERENNIAL_INPUT"], encoding="utf-8") as file:
        return json.load(file)


def report(progress):
    """Progress, which travels with the heartbeat. Any other line that is printed goes into the log."""
    print(json.dumps({"progress": progress}), flush=True)


def keep(name, value):
    """Writes a JSON file that becomes an artifact; the engine puts its digest in the place of what this returns."""
    with open(os.path.join(os.environ["PERENNIAL_FILES"], name), "w", encoding="utf-8") as file:
        json.dump(value, file, allow_nan=False)
    return {"$file": name, "kind": "json"}


def give(output):
    """The output. JSON has no NaN: a loss that is none fails here, and not in whoever reads it."""
    with open(os.environ["PERENNIAL_OUTPUT"], "w", encoding="utf-8") as file:
        json.dump(output, file, allow_nan=False)


def refuse(why):
    """Ends with the exit code that says: the same input would be refused again."""
    print(why, file=sys.stderr)
    sys.exit(64)
