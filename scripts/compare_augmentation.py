"""Trains on a few photos with and without augmentation, and measures how far off.

    python scripts/compare_augmentation.py --photos=photos/ --output=runs/augmentation

Every fifth photo is held out. The others train the recipe few_shot, as it is chosen for
the folder, but for its augmentation. While it is trained, samples of the averaged
generator are compared with the photos that are held out (kernel distance on the
features of a small network that comes with kgan), and D says how real it finds photos
that it has seen and photos that it has not. Writes results, `augmentation.png` and
`samples.png`, and prints a Markdown table. What is done already is not done again.
"""

import argparse
import json
import os
import pathlib
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

import kgan
from kgan.metrics import features
from kgan.metrics.kernel import kernel_distance
from kgan.recipes import automatic
from kgan.runs import prepare

SETTINGS = {
    "none": {},
    "DiffAugment": {"name": "diff_augment"},
    "ADA": {"name": "adaptive_augment", "speed": 32_000},
}
SAMPLES = 1_000
FEATURES = "cifar10"
SHOWN = 12


def split(folder: pathlib.Path, target: pathlib.Path) -> dict:
    """Links the photos of a folder into two, every fifth of them held out."""
    files = kgan.data.scan_folder(folder).files
    for index, file in enumerate(files):
        part = target / ("held_out" if index % 5 == 4 else "training")
        part.mkdir(parents=True, exist_ok=True)
        link = part / f"{index:05d}{pathlib.Path(file).suffix}"
        link.symlink_to((folder / file).resolve())
    return {part: str(target / part) for part in ("training", "held_out")}


def all_images(source) -> np.ndarray:
    """Returns all images of a source, uint8."""
    data = kgan.data.load(
        source, batch_size=source.num_examples, shuffle=False, steps_per_epoch=1
    )
    return kgan.games.sampler.to_uint8(next(iter(data))).numpy()


def train(name: str, folders: dict, seed: int, steps: int | None) -> tuple:
    """Trains once.

    Returns:
        The curve, a list of dictionaries, and images of the last averaged generator.
    """
    recipe, reasons = automatic.few(folders["training"])
    print("\n".join(reasons), flush=True)
    recipe = recipe.override(augmentation=SETTINGS[name], seed=seed)
    recipe = recipe.override(steps=steps or recipe.steps)
    sources = {
        part: kgan.data.source(folder, recipe.image_size)
        for part, folder in folders.items()
    }
    photos = {part: all_images(source) for part, source in sources.items()}
    extractor = features.get(FEATURES)
    wanted = extractor(photos["held_out"]).features
    gan = prepare.build(recipe, sources["training"], tf.distribute.get_strategy())
    curve, length = [], max(1, recipe.steps // 16)
    for start in range(0, recipe.steps, length):
        data = kgan.data.load(
            sources["training"],
            batch_size=recipe.batch_size,
            seed=seed,
            start=start,
            steps_per_epoch=length,
        )
        gan.fit(data, verbose=0)
        images = gan.generate(SAMPLES, seed=seed)
        distance = kernel_distance(wanted, extractor(images).features)
        judged = {part: gan.discriminate(photos[part]).mean() for part in photos}
        shown = gan.step * recipe.batch_size
        row = {"images": shown, "distance": distance, **judged}
        curve.append({key: float(value) for key, value in row.items()})
        print(f"{name} {seed}: {curve[-1]}", flush=True)
    return curve, images[:SHOWN]


def draw(results: dict, path: pathlib.Path) -> None:
    """Draws distances over time, and what D says of photos old and new."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    colors = dict(zip(SETTINGS, ("#b03a2e", "#1f5fa8", "#2e8b57"), strict=True))
    for name, curves in results.items():
        images = [row["images"] / 1000 for row in curves[0]]

        def mean(key, curves=curves):
            return np.mean([[row[key] for row in curve] for curve in curves], axis=0)

        style = {"color": colors[name], "linewidth": 2}
        left.plot(images, mean("distance"), label=name, **style)
        gap = mean("training") - mean("held_out")
        right.plot(images, gap, label=name, **style)
    left.set(yscale="log", ylabel="kernel distance to held-out photos")
    right.set(ylabel="D(photos it has seen) − D(photos it has not)")
    for axes in (left, right):
        axes.set_xlabel("real images shown to D, thousands")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        axes.legend(title="augmentation", frameon=False)
    figure.savefig(path, dpi=110)


def sheet(rows: dict, path: pathlib.Path) -> None:
    """Draws a row of images for each setting, and one of photos."""
    from PIL import Image, ImageDraw

    height, width = next(iter(rows.values())).shape[1:3]
    left, line = 110, height + 4
    page = Image.new("RGB", (left + SHOWN * (width + 2), len(rows) * line), "white")
    pen = ImageDraw.Draw(page)
    for number, (name, images) in enumerate(rows.items()):
        pen.text((6, number * line + height // 2 - 6), name, fill="black")
        for index, image in enumerate(images[:SHOWN]):
            place = (left + index * (width + 2), number * line)
            page.paste(Image.fromarray(image), place)
    page.save(path)


def table(results: dict) -> str:
    """Writes a row for each setting."""
    lines = [
        "| augmentation | kernel distance at the end | at its best | D seen − unseen |",
        "|---|---|---|---|",
    ]
    for name, curves in results.items():
        last = np.mean([curve[-1]["distance"] for curve in curves])
        best = np.mean([min(row["distance"] for row in curve) for curve in curves])
        gap = np.mean([c[-1]["training"] - c[-1]["held_out"] for c in curves])
        lines.append(f"| {name} | {last:.3f} | {best:.3f} | {gap:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Trains what is missing, draws, and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, default="runs/augmentation")
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=[*SETTINGS])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    arguments = parser.parse_args()
    folder = arguments.output
    about = {"photos": str(arguments.photos.resolve()), "steps": arguments.steps}
    note = folder / "about.json"
    if note.exists() and json.loads(note.read_text()) != about:
        parser.error(f"{note} is of other photos or steps: choose another --output.")
    results, rows = {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        try:
            folders = split(arguments.photos, pathlib.Path(scratch))
        except ValueError as error:
            parser.error(str(error))
        folder.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(about))
        for name in arguments.settings:
            for seed in range(arguments.seeds):
                path = folder / f"{name}-{seed}.json"
                if not path.exists():
                    curve, images = train(name, folders, seed, arguments.steps)
                    np.save(path.with_suffix(".npy"), images)
                    path.write_text(json.dumps(curve))
                results.setdefault(name, []).append(json.loads(path.read_text()))
                rows.setdefault(name, np.load(path.with_suffix(".npy")))
        size = rows[name].shape[1:3]
        held_out = kgan.data.source(folders["held_out"], size)
        rows["photos"] = all_images(held_out)[:SHOWN]
    draw(results, folder / "augmentation.png")
    sheet(rows, folder / "samples.png")
    print(table(results))


if __name__ == "__main__":
    main()
