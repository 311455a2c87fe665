"""Measures training, sampling and conditions of a table, in turn.

    python scripts/benchmark_tables.py --data=adult.csv.gz --conditions=race=Other

It trains for some epochs, then prints the median steps a second of later epochs, rows a
second of sampling, and for each condition the rows a second that `sample` draws of it,
beside rejection: sampling all kinds of rows until enough fulfil it. Last is the most
memory that the process has held above that of its imports.
"""

import argparse
import itertools
import pathlib
import resource
import statistics
import time


def main() -> None:
    """Trains, samples, and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=pathlib.Path, required=True, help="a table")
    parser.add_argument("--conditions", nargs="*", default=[], help="COLUMN=LEVEL")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--rows", type=int, default=100_000, help="of a sampling")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    import keras

    import kgan

    keras.utils.set_random_seed(0)
    before = _peak()
    frame = kgan.data.source(arguments.data, held_out=0.0).frame
    gan = kgan.tabular.TabularGAN(kgan.tabular.Table.infer(frame))
    times = []
    begins = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: times.append(time.perf_counter())
    )
    gan.fit(frame, epochs=arguments.epochs, callbacks=[begins], verbose=0)
    each = gan.step / arguments.epochs
    seconds = [b - a for a, b in itertools.pairwise(times[1:])]
    print(f"{each / statistics.median(seconds):,.1f} steps a second")
    count = arguments.rows
    plain = _seconds(lambda seed: gan.sample(count, seed=seed), arguments.repeats)
    print(f"{count / plain:,.0f} rows a second")
    for condition in arguments.conditions:
        column, _, level = condition.partition("=")
        _compare(gan, column, level, count // 50, arguments.repeats)
    print(f"{(_peak() - before) / 2**20:,.0f} MiB at most above the imports")


def _compare(gan, column, level, count, repeats):
    """Prints how fast rows of a condition come, both ways."""
    asked = {column: level}
    ours, theirs, rates = [], [], []
    gan.sample(count, asked, seed=0)
    for seed in range(1, repeats + 1):
        begin = time.perf_counter()
        rows = gan.sample(count, asked, seed=seed)
        ours.append(time.perf_counter() - begin)
        rates.append(rows.attrs["acceptance"])
        begin = time.perf_counter()
        _rejection(gan, column, level, count, seed)
        theirs.append(time.perf_counter() - begin)
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    print(
        f"{column}={level}, {statistics.mean(rates):.2%} of all: "
        f"{count / statistics.median(ours):,.0f} rows a second, "
        f"{ratio:.1f} times as many as by rejection"
    )


def _rejection(gan, column, level, count, seed, batch=16_384):
    """Returns rows of a condition that were found among all that are drawn."""
    import pandas as pd

    found, start = [], 0
    while sum(map(len, found)) < count:
        rows = gan.sample(batch, seed=seed, start=start)
        found.append(rows[rows[column].astype(str) == level])
        start += batch
    return pd.concat(found).head(count)


def _seconds(run, repeats):
    run(0)
    found = []
    for seed in range(1, repeats + 1):
        begin = time.perf_counter()
        run(seed)
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
