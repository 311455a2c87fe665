"""Measures time and memory of the metrics that compare neighbours.

    python scripts/benchmark_metrics.py --num=10000 --dimension=2048
    python scripts/benchmark_metrics.py --num=50000 --metrics=precision_recall

Each metric is computed in a process of its own, on as many real as generated examples
with correlated random features. A row of the table is printed for each: its seconds by
the clock and of all cores, the most memory that the process took, and how much of that
came on top of what it held when the features were ready. Nothing else should run on the
machine meanwhile.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from kgan.metrics import base, feature_rows
from kgan.metrics.birthday import Birthday
from kgan.metrics.density_coverage import DensityCoverage
from kgan.metrics.memorisation import Memorisation
from kgan.metrics.precision_recall import PrecisionRecall

METRICS = {
    metric.kind: metric
    for metric in (PrecisionRecall, DensityCoverage, Memorisation, Birthday)
}
# Directions in which features of images vary, about.
DIRECTIONS = 64


def examples(num: int, dimension: int, seed: int) -> np.ndarray:
    """Draws correlated float32 features, a part at a time."""
    basis = np.random.default_rng(0).normal(size=(DIRECTIONS, dimension))
    rng = np.random.default_rng((1, seed))
    features = np.empty((num, dimension), np.float32)
    for part in np.array_split(features, max(1, num // 1000)):
        part[:] = rng.normal(size=(len(part), DIRECTIONS)) @ basis
        part += rng.normal(size=part.shape)
    return features


def most_memory() -> float:
    """Returns the most memory that this process has taken so far, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def measure(name: str, num: int, dimension: int) -> dict:
    """Computes a metric's figures once."""
    metric = METRICS[name](limit=num)
    collected = metric.statistics()
    for seed, statistic in enumerate(collected.values()):
        held = {"count": np.asarray(num), "rows": examples(num, dimension, seed)}
        statistic.restore(held)
        assert isinstance(statistic, feature_rows.Rows)
        assert len(statistic.rows) == num
    before = most_memory()
    begin, begin_cpu = time.perf_counter(), time.process_time()
    figures = metric.compute(collected, base.Context())
    return {
        "seconds": time.perf_counter() - begin,
        "cpu_seconds": time.process_time() - begin_cpu,
        "most": most_memory(),
        "more": most_memory() - before,
        "figures": {name: figure.value for name, figure in figures.items()},
    }


def in_a_process(name: str, num: int, dimension: int) -> dict:
    """Measures where nothing else has taken memory before."""
    command = [sys.executable, str(pathlib.Path(__file__).resolve())]
    command += [f"--num={num}", f"--dimension={dimension}", f"--measure={name}"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--num", type=int, default=10_000, help="examples of a side")
    parser.add_argument("--dimension", type=int, default=2048, help="of the features")
    parser.add_argument(
        "--metrics",
        default="precision_recall,density_coverage",
        help=f"which of {', '.join(METRICS)}, or all",
    )
    parser.add_argument("--measure", choices=METRICS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measured = measure(options.measure, options.num, options.dimension)
        print(json.dumps(measured))
        return
    names = METRICS if options.metrics == "all" else options.metrics.split(",")
    if unknown := set(names) - METRICS.keys():
        parser.error(f"--metrics must be of {list(METRICS)}. Received: {unknown}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    heads = "metric", "examples", "features", "seconds", "CPU seconds"
    print("|", " | ".join((*heads, "MiB", "MiB beside features")), "|")
    print("|---" * 7 + "|")
    for name in names:
        found = in_a_process(name, options.num, options.dimension)
        print(
            f"| {name} | {options.num:,} | {options.dimension:,} "
            f"| {found['seconds']:.1f} | {found['cpu_seconds']:.1f} "
            f"| {found['most']:,.0f} | {found['more']:,.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
