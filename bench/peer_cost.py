"""What a peer's process has cost, printed as the measurements of Perennial print theirs."""

import json
import resource
from importlib.metadata import version


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def print_outcome(package, loaded, **answer):
    """Prints an answer with what it took; `loaded` are the CPU seconds before the work began."""
    used = cpu_seconds()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    costs = {"version": f"{package} {version(package)}", "cpuSeconds": used, "workSeconds": used - loaded, "peakMiB": peak}
    print(json.dumps({**answer, **costs}))
