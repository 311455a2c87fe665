"""Trains on a table for several seeds, and measures rows with their controls.

    python scripts/compare_tables.py --data=adult.csv.gz --target=income \
        --output=runs/tables

Two settings by seed, each in a process of one core: "all" learns from all rows, of
which as many are sampled and compared with them; "held out" learns from two thirds, and
is compared with the third that it has not seen, beside as many of the training rows.
The same for the controls: columns that are shuffled, and real rows. What was done is
kept. It prints a line for each, and tables of means and worst seeds.
"""

import argparse
import json
import multiprocessing
import pathlib
import time

import numpy as np
from stability import playing


def main() -> None:
    """Runs what is missing and prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=pathlib.Path, required=True, help="a table")
    parser.add_argument("--target", required=True, help="the column of TSTR")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="of a training (default: as fit has)")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    folder = arguments.output.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [
        (
            name,
            seed,
            arguments.data.resolve(),
            arguments.target,
            arguments.steps,
            folder,
        )
        for seed in range(arguments.seeds)
        for name in SETTINGS
    ]
    context = multiprocessing.get_context("spawn")
    with context.Pool(arguments.processes, playing.one_thread, (), 1) as pool:
        for line in pool.imap_unordered(_run, jobs):
            print(line, flush=True)
    for name in SETTINGS:
        print(f"\n{name}\n\n{_table(name, arguments.seeds, folder)}")


def _run(job):
    name, seed, path, target, steps, folder = job
    file = _file(folder, name, seed)
    if not file.exists():
        import kgan

        frame = kgan.data.source(path, held_out=0.0).frame
        found = SETTINGS[name](frame, target, seed, steps)
        file.write_text(json.dumps(found, indent=1), encoding="utf-8")
    found = json.loads(file.read_text("utf-8"))
    return f"{name}, seed {seed}: " + ", ".join(
        f"{key} {value:.4f}" for key, value in found["sampled"].items()
    )


def _all(frame, target, seed, steps):
    """Learns from all rows; compares as many sampled ones with them."""
    from kgan.metrics import table_columns

    gan, seconds = _trained(frame, seed, steps)
    begin = time.perf_counter()
    fake = gan.sample(len(frame), seed=seed)
    sampling = time.perf_counter() - begin
    measured = gan.table.measured(frame)
    shuffled = table_columns.shuffled(measured, np.random.default_rng(seed))
    mixed = np.random.default_rng(seed).permutation(measured)
    compared = {
        "sampled": (measured, gan.table.measured(fake)),
        "columns shuffled": (measured, shuffled),
        "half of the real rows against the other": table_columns.halves(mixed),
    }
    found = {name: _alike(gan.table, *two) for name, two in compared.items()}
    found["sampled"] |= {"training, s": seconds, "sampling, s": sampling}
    return found


def _held_out(frame, target, seed, steps):
    """Learns from two thirds; compares with the third that it has not seen."""
    from kgan.metrics import table_columns

    order = np.random.default_rng(1_000 + seed).permutation(len(frame))
    third = len(frame) // 3
    test, train = (
        frame.iloc[np.sort(rows)].reset_index(drop=True)
        for rows in (order[:third], order[third:])
    )
    gan, _ = _trained(train, seed, steps)
    measured, new = gan.table.measured(train), gan.table.measured(test)
    rng = np.random.default_rng(seed)
    compared = {
        "sampled": gan.table.measured(gan.sample(len(train), seed=seed)),
        "training rows": measured,
        "columns shuffled": table_columns.shuffled(measured, rng),
    }
    some = {name: rng.permutation(rows)[:third] for name, rows in compared.items()}
    pairs = {name: _pairs(gan.table, new, rows) for name, rows in some.items()}
    found = {
        name: {
            "pairs": float(pairs[name].mean()),
            **_learnt(gan.table, target, rows, new),
            **_copies(measured, some[name]),
        }
        for name, rows in compared.items()
    }
    gap = pairs["training rows"] - pairs["sampled"]
    found["sampled"] |= {"mean gap": float(gap.mean()), "largest gap": float(gap.max())}
    found["held-out rows"] = _copies(measured, new)
    return found


SETTINGS = {"all": _all, "held out": _held_out}


def _trained(frame, seed, steps):
    """Returns a trained game, and the seconds that it took."""
    import keras

    import kgan

    keras.utils.set_random_seed(seed)
    gan = kgan.tabular.TabularGAN(kgan.tabular.Table.infer(frame), seed=seed)
    epochs = None
    if steps is not None:
        epochs = -(-steps // max(1, len(frame) // kgan.tabular.training.BATCH_SIZE))
    begin = time.perf_counter()
    gan.fit(frame, epochs=epochs, verbose=0)
    return gan, time.perf_counter() - begin


def _pairs(table, real, fake):
    from kgan.metrics import pair_trends, table_pairs

    matrix = pair_trends.pair_trends(real, fake, table.measured_is_number)
    return table_pairs.of_pairs(matrix)


def _alike(table, real, fake):
    from kgan.metrics import column_shapes, pair_trends, sdmetrics_scores, table_pairs

    numbers = table.measured_is_number
    matrix = pair_trends.pair_trends(real, fake, numbers)
    pairs = table_pairs.of_pairs(matrix)
    exact = pair_trends.dependent_pairs(table)
    theirs, chosen = sdmetrics_scores.sdmetrics_pair_trends(real, fake, numbers)
    return {
        "shapes": float(column_shapes.column_shapes(real, fake, numbers).mean()),
        "pairs": float(pairs.mean()),
        "worst pair": float(pairs.min()),
        "without dependencies": float(table_pairs.of_pairs(matrix, exact).mean()),
        "SDMetrics' pairs": float(theirs[chosen].mean()),
    }


def _learnt(table, target, train, test):
    from kgan.metrics import boosting

    place = table.measured_names.index(target)
    found = boosting.utility(train, test, place, table.measured_is_number)
    return {"boosting": float(found.mean())}


def _copies(among, rows):
    from kgan.metrics import row_copies

    kept = ~row_copies.near_keys(among)
    return {"copies": float(row_copies.is_copy(rows[:, kept], among[:, kept]).mean())}


def _table(setting, seeds, folder):
    """Returns a Markdown table: the mean over the seeds, and the worst of them."""
    files = [
        folder / f"{setting.replace(' ', '_')}-{seed}.json" for seed in range(seeds)
    ]
    found = [json.loads(file.read_text("utf-8")) for file in files]
    columns = list(dict.fromkeys(k for row in found[0].values() for k in row))
    lines = [f"| rows | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for row in found[0]:
        cells = [
            _cell([run[row].get(column) for run in found], column) for column in columns
        ]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _file(folder, setting, seed):
    return folder / f"{setting.replace(' ', '_')}-{seed}.json"


def _cell(values, column):
    if values[0] is None:
        return ""
    falls = column in ("copies", "largest gap", "mean gap") or column.endswith(", s")
    worst = max(values) if falls else min(values)
    return f"{np.mean(values):.4g} ({worst:.4g})"


if __name__ == "__main__":
    main()
