"""The same in Python, with nothing but its standard library."""
import json
import os
import subprocess
import sys
import time

with open(os.environ["PERENNIAL_INPUT"], encoding="utf-8") as file:
    task = json.load(file)
how = task["input"]["how"]
output = None
if how == "echo":
    texts = [open(path, encoding="utf-8").read() for path in task["artifacts"].values()]
    task["resources"] = {"mine": len(task["resources"]["mine"]["token"])}
    output = {"task": task, "read": texts, "argv": sys.argv[1:], "environment": dict(os.environ)}
elif how == "progress":
    print(json.dumps({"progress": {"epoch": 1}}))
    print("a line on stdout")
    print("a line on stderr", file=sys.stderr)
    output = {}
elif how == "fail":
    raise ValueError("these are my last words")
elif how == "compute":
    other = subprocess.Popen(["sleep", "3600"])
    with open(os.path.join(task["input"]["folder"], "pids"), "w", encoding="utf-8") as file:
        json.dump([os.getpid(), other.pid], file)
    time.sleep(3600)
with open(os.environ["PERENNIAL_OUTPUT"], "w", encoding="utf-8") as file:
    json.dump(output, file)
