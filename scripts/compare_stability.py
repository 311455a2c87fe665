"""Trains two-dimensional toys by several methods, and shows who keeps which modes.

    python scripts/compare_stability.py --output=runs/stability

Each run is a process of one core, and what is done already is not done again. Writes a
JSON file and samples of each run into the folder, `stability.png`, and prints Markdown
tables: mean ± standard deviation over the seeds, for raw and averaged weights, by the
protocol of the literature: 2,500 samples, a mode counts as found if one of them lies
within three standard deviations of its centre.
"""

import argparse
import json
import multiprocessing
import pathlib

from stability import playing

DATASETS = ("ring", "grid")
HEADLINE = "recipe"


def jobs(arguments, names) -> list:
    """Lists (dataset, method, seed), the headline setting with more seeds."""
    return [
        (dataset, method, seed)
        for method in names
        for dataset in arguments.datasets
        for seed in range(
            arguments.headline_seeds if method == HEADLINE else arguments.seeds
        )
    ]


def read(folder: pathlib.Path) -> list:
    """Returns the figures of all games that lie in a folder, in the methods' order."""
    from stability.methods import methods

    results = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    order = list(methods(DATASETS[0]))
    return sorted(results, key=lambda r: (order.index(r["method"]), r["seed"]))


def report(folder: pathlib.Path, beside: pathlib.Path | None = None) -> str:
    """Writes the figure; returns the tables of all that lies in a folder.

    The figure shows what lies in the folder `beside`, too.
    """
    from stability import figure, tables

    results = read(folder)
    shown = [(result, folder) for result in results]
    if beside is not None:
        shown += [(result, beside) for result in read(beside)]
    figure.draw(shown, folder / "stability.png")
    parts = []
    for dataset in DATASETS:
        own = [result for result in results if result["dataset"] == dataset]
        for kind in ("averaged", "raw"):
            parts += [f"{dataset}, {kind} weights:", tables.table(own, kind)]
    return "\n\n".join(parts)


def main() -> None:
    """Plays all games that are missing and prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=pathlib.Path, default="runs/stability")
    parser.add_argument(
        "--beside", type=pathlib.Path, help="another folder, for the figure alone"
    )
    parser.add_argument("--datasets", nargs="+", choices=DATASETS, default=DATASETS)
    parser.add_argument("--methods", nargs="+", help="names; all by default")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--headline_seeds", type=int, default=10)
    parser.add_argument("--steps", type=int, help="instead of the recipes'")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    from stability.methods import methods

    names = list(methods(DATASETS[0]))
    unknown = set(arguments.methods or ()) - set(names)
    if unknown:
        parser.error(f"--methods are {', '.join(names)}. Received: {unknown}")
    folder, steps = str(arguments.output), arguments.steps
    games = [
        (*job, folder, steps) for job in jobs(arguments, arguments.methods or names)
    ]
    try:
        playing.check_steps(games)
    except ValueError as error:
        parser.error(str(error))
    arguments.output.mkdir(parents=True, exist_ok=True)
    # A process that has compiled many games is large. The executor of
    # `concurrent.futures` stands still in Python 3.11 when it replaces one.
    context = multiprocessing.get_context("spawn")
    with context.Pool(arguments.processes, playing.one_thread, (), 6) as pool:
        for line in pool.imap_unordered(playing.play_one, games):
            print(line, flush=True)
    print(f"\n{report(arguments.output, arguments.beside)}")


if __name__ == "__main__":
    main()
