"""Trains generators of faces for equal minutes, and measures them as they learn.

    python scripts/compare_faces.py faces --data=faces.zip --output=runs/faces
    python scripts/compare_faces.py portraits --data=portraits.zip \\
        --start=runs/faces/stylegan2.keras --output=runs/portraits

`faces` compares the recipe `faces`, a small StyleGAN2, with the DCGAN that `kgan train`
chooses for the same images. `portraits` compares the recipe `portraits` with the same
one without augmentation, and started from the faces of `--start`. Every tenth image is
held out. A minute is that of an otherwise idle machine: first a step of each is timed,
all in turn, and each is then trained for as many steps as fit into `--minutes`. What
was done is kept after each measurement, and a later call goes on from there.

Each time samples of the averaged generator are compared with the images that are held
out by kernel distances (times 1000) on two features: those of kgan's network for
CIFAR-10 at 32×32, and pixels at 16×16. It writes results and `curves.png`, for `faces`
against minutes and for `portraits` against steps, and prints a table: at the end three
times 2,000 samples, beside the distance between two halves of real images.
"""

import argparse
import json
import os
import pathlib
import time
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

import kgan
from kgan import recipes
from kgan.core.atomic_files import write_atomically
from kgan.metrics import features
from kgan.metrics.features import resizers
from kgan.metrics.kernel import kernel_distance
from kgan.recipes import automatic
from kgan.runs import prepare

SAMPLES, REPEATS, HELD_OUT, SIDE = 2_000, 3, 10, 64
TURNS, TURN = 5, 20  # of timing, and steps of one
COLORS = ("#1f5fa8", "#b03a2e", "#2e8b57")


def settings(kind: str, data: str, start: str | None) -> dict:
    """Returns by name a recipe, and what it starts from."""
    if kind == "faces":
        dcgan, _ = automatic.choose(data)
        return {
            "stylegan2": (recipes.get("faces").override(dataset=data), None),
            "dcgan": (dcgan, None),
        }
    ada = recipes.get("portraits").override(dataset=data)
    return {
        "ADA": (ada, None),
        "no augmentation": (ada.override(augmentation={}), None),
        **({"ADA, from faces": (ada, start)} if start else {}),
    }


def split(data: pathlib.Path, folder: pathlib.Path) -> dict:
    """Copies a ZIP of images into two, every tenth of them held out."""
    paths = {part: folder / f"{part}.zip" for part in ("training", "held_out")}
    if all(path.exists() for path in paths.values()):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(data) as source:
        ending = (".png", ".jpg", ".jpeg")
        names = sorted(n for n in source.namelist() if n.lower().endswith(ending))
        for part, path in paths.items():
            with zipfile.ZipFile(path, "w") as target:
                for index, name in enumerate(names):
                    held_out = index % HELD_OUT == HELD_OUT - 1
                    if held_out is (part == "held_out"):
                        target.writestr(name, source.read(name))
    return paths


def all_images(path: pathlib.Path, size) -> np.ndarray:
    """Returns all images of a ZIP, uint8, in their order."""
    source = kgan.data.source(str(path), size)
    data = kgan.data.load(
        source, batch_size=source.num_examples, shuffle=False, steps_per_epoch=1
    )
    return kgan.games.sampler.to_uint8(next(iter(data))).numpy()


class Distances:
    """Kernel distances of images to real ones that are held out, times 1000."""

    def __init__(self, real: np.ndarray):
        self._network = features.get("cifar10")
        self._real = {name: find(real) for name, find in self._features.items()}

    @property
    def _features(self):
        def pixels(images):
            small = resizers.clean(images, (16, 16)) / 127.5 - 1.0
            return small.reshape(len(images), -1)

        return {"cifar10": lambda x: self._network(x).features, "pixels": pixels}

    def __call__(self, images: np.ndarray) -> dict:
        """Returns the distance on each of the features."""
        return {
            name: 1000 * float(kernel_distance(self._real[name], find(images)))
            for name, find in self._features.items()
        }


def game_of(recipe, start=None):
    """Returns the source and the compiled game of a recipe."""
    source = kgan.data.source(recipe.dataset, recipe.image_size)
    gan = prepare.build(recipe, source, tf.distribute.get_strategy())
    if start:
        kgan.models.transfer(keras.models.load_model(start), gan, colors="repeat")
    return source, gan


def load(recipe, source, gan, steps):
    """Returns the data of a game's next steps."""
    return kgan.data.load(
        source,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        start=gan.step * recipe.batches_a_round,
        steps_per_epoch=steps,
        mirror=recipe.mirror,
    )


def measure_paces(known: dict, path: pathlib.Path) -> dict:
    """Returns the seconds of a step by setting, medians of turns; kept in a file."""
    if path.exists():
        return json.loads(path.read_text())
    games = {name: (recipe, *game_of(recipe)) for name, (recipe, _) in known.items()}
    times = {name: [] for name in games}
    for turn in range(TURNS + 1):
        for name, (recipe, source, gan) in games.items():
            data = load(recipe, source, gan, TURN)
            begun = time.perf_counter()
            gan.fit(data, verbose=0)
            if turn:  # the first one compiles
                times[name].append((time.perf_counter() - begun) / TURN)
    paces = {name: float(np.median(found)) for name, found in times.items()}
    path.write_text(json.dumps(paces, indent=1) + "\n")
    return paces


def train(name, recipe, start, folder, steps, every) -> list:
    """Trains what is left of so many steps; returns all measurements."""
    model, log = folder / f"{name}.keras", folder / f"{name}.json"
    held_out = all_images(folder / "held_out.zip", recipe.image_size)
    distances = Distances(held_out)
    curve = json.loads(log.read_text()) if model.exists() else []
    if curve and curve[-1]["step"] >= steps:
        return curve
    source, gan = game_of(recipe, None if curve else start)
    if curve:
        gan = keras.models.load_model(model)
    while gan.step < steps:
        data = load(recipe, source, gan, min(every, steps - gan.step))
        gan.fit(data, verbose=0)
        kimg = gan.step * recipe.batch_size / 1000
        row = {"step": gan.step, "kimg": kimg}
        row |= distances(gan.generate(SAMPLES, seed=1))
        if hasattr(gan.augmentation, "current_probability"):
            row["p"] = float(gan.augmentation.current_probability.numpy())
        curve.append(row)
        write_atomically(model, gan.save)
        log.write_text(json.dumps(curve, indent=1) + "\n")
        print(f"{name}: {row}", flush=True)
    return curve


def spread(found: list) -> dict:
    """Returns mean and standard error of several measurements, by feature."""
    return {
        key: (
            np.mean([row[key] for row in found]),
            np.std([row[key] for row in found], ddof=1) / np.sqrt(len(found)),
        )
        for key in found[0]
    }


def of_real_images(folder, distances) -> dict:
    """Returns the distances of parts of the training data, as many as are held out."""
    reals = all_images(folder / "training.zip", SIDE)
    order = np.random.default_rng(0).permutation(len(reals))
    size = max(2, min(len(reals) // REPEATS, len(reals) // (HELD_OUT - 1)))
    parts = [order[place * size : (place + 1) * size] for place in range(REPEATS)]
    return spread([distances(reals[part]) for part in parts])


def of_samples(model, distances) -> dict:
    """Returns the distances of samples of a trained generator."""
    gan = keras.models.load_model(model)
    return spread([distances(gan.generate(SAMPLES, seed=s)) for s in range(REPEATS)])


def draw(curves: dict, paces: dict | None, path: pathlib.Path) -> None:
    """Draws both distances against minutes; without paces, against steps."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    titles = {
        "cifar10": "features of kgan's CIFAR-10 network, 32×32",
        "pixels": "pixels, 16×16",
    }
    for axes, (key, title) in zip(figure.subplots(1, 2), titles.items(), strict=True):
        for color, (name, curve) in zip(COLORS, curves.items(), strict=False):
            scale = paces[name] / 60 if paces else 1
            times = [row["step"] * scale for row in curve]
            axes.plot(times, [row[key] for row in curve], color=color, label=name)
        unit = "minutes of training" if paces else "steps"
        axes.set(title=title, xlabel=unit, yscale="log")
        axes.set_ylabel("kernel distance × 1000")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25, which="both")
        axes.legend(frameon=False)
    figure.savefig(path, dpi=110)


def table(rows: dict) -> str:
    """Writes a row for each setting."""
    lines = ["| | features | pixels |", "|---|---|---|"]
    for name, found in rows.items():
        cells = [f"{mean:.2f} ± {error:.2f}" for mean, error in found.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Trains what is missing, draws, and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=("faces", "portraits"))
    parser.add_argument("--data", type=pathlib.Path, required=True, help="a ZIP")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--start", help="model that one of the portraits starts from")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--every", type=int, default=500, help="steps to a measurement")
    parser.add_argument("--only", nargs="+", help="settings, by name")
    arguments = parser.parse_args()
    folder = arguments.output
    parts = split(arguments.data, folder)
    known = settings(arguments.kind, str(parts["training"]), arguments.start)
    for name in arguments.only or ():
        if name not in known:
            parser.error(f"--only must be of {', '.join(known)}. Received: {name}")
    paces = measure_paces(known, folder / "paces.json")
    for name in arguments.only or known:
        steps = round(60 * arguments.minutes / paces[name])
        train(name, *known[name], folder, steps, arguments.every)
    distances = Distances(all_images(parts["held_out"], SIDE))
    models = {name: folder / f"{name}.keras" for name in known}
    models = {name: path for name, path in models.items() if path.exists()}
    rows = {"real images": of_real_images(folder, distances)}
    rows |= {name: of_samples(path, distances) for name, path in models.items()}
    curves = {
        name: json.loads((folder / f"{name}.json").read_text()) for name in models
    }
    # Models of one kind are compared by what they learn from as many images.
    of_time = paces if arguments.kind == "faces" else None
    draw(curves, of_time, folder / "curves.png")
    print(table(rows))
    print("Seconds of a step:", ", ".join(f"{n} {s:.3f}" for n, s in paces.items()))


if __name__ == "__main__":
    main()
