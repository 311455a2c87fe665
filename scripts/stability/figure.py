"""A picture of who keeps which modes."""

import pathlib

import numpy as np

_DATASETS = ("ring", "grid")
_LIMITS = {"ring": 1.35, "grid": 5.0}
_MOST = 2_500


def draw(results: list, path: pathlib.Path) -> None:
    """Draws the samples of the averaged generators, the smallest seed of each method.

    Args:
        results: Pairs: a dictionary of figures, and the folder where its samples lie.
        path: PNG file to write.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    import kgan

    # By data set, the game of the smallest seed of each method in each folder.
    panels = {dataset: {} for dataset in _DATASETS}
    for result, folder in sorted(results, key=lambda pair: pair[0]["seed"]):
        own = panels[result["dataset"]]
        own.setdefault((result["method"], folder), (result, folder))
    methods = list(dict.fromkeys((r["method"], folder) for r, folder in results))
    columns = -(-len(methods) // 2)
    figure = Figure(figsize=(2.3 * columns, 10.4), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(4, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for number, dataset in enumerate(_DATASETS):
        source = kgan.data.source(dataset)
        for index, method in enumerate(methods):
            if method in panels[dataset]:
                axes = grid[2 * number + index // columns, index % columns]
                _panel(axes, *panels[dataset][method], source)
    figure.savefig(path, dpi=110)


def _panel(axes, result, folder, source):
    dataset, method = result["dataset"], result["method"]
    name = f"{dataset}-{method.replace(' ', '_')}-{result['seed']}.averaged.npy"
    points = np.load(folder / name)[:_MOST]
    limit = _LIMITS[dataset]
    axes.set_axis_on()
    axes.scatter(*source.centers.T, s=60, facecolors="none", edgecolors="#c0c0c0")
    axes.scatter(*points.T, s=2, alpha=0.35, linewidths=0, color="#1f5fa8")
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xticks=[], yticks=[])
    axes.set_aspect("equal")
    figures = result["averaged"]
    found = "diverged"
    if "diverged" not in figures:
        share = figures["high_quality_share"]
        modes = f"{figures['modes_found']:.0f} of {len(source.centers)}"
        found = f"{modes}, {share:.0%} within 3σ"
    axes.set_title(f"{method}, {result['steps']:,} steps\n{found}", fontsize=8)
