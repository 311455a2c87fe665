"""Trains translators of images for comparisons, and measures what was held out.

    python scripts/compare_translation.py colours --data=FOLDER --output=runs/colours
    python scripts/compare_translation.py nuclei --data=FOLDER --output=runs/nuclei
    python scripts/compare_translation.py stain --data=FOLDER --output=runs/stain
    python scripts/compare_translation.py drawings --data=FOLDER --output=runs/drawings
    python scripts/compare_translation.py faces --data=FOLDER --output=runs/faces

`colours` trains pix2pix on lines and coloured drawings by each half of its loss alone,
and by both. `nuclei` trains a segmenter on generated pictures of cells and tests it on
real ones. `stain` tests how well nuclei are found in pictures that were translated to
another stain. `drawings` translates drawings without pairs, by CycleGAN and CUT, and
compares them with pairs that neither has seen. `faces` compares photos that become
paintings with real ones. What FOLDER holds is described in
scripts/translation/.

Each setting is trained with several seeds, each in a process of one core. What was done
is kept, a run that was stopped goes on. It prints a line for each and a table: the mean
over the seeds and its standard error. `pictures.png` shows what became of held-out
sources.
"""

import argparse
import multiprocessing
import pathlib

from stability import playing
from translation import pictures, tasks

KINDS = ("colours", "nuclei", "stain", "drawings", "faces")


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="a folder")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="+", help="settings, by name")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    settings = tasks.module(arguments.kind).SETTINGS
    unknown = set(arguments.only or ()) - set(settings)
    if unknown:
        parser.error(f"--only must be of {', '.join(settings)}. Received: {unknown}")
    folder = arguments.output.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [
        (arguments.kind, name, seed, arguments.data.resolve(), folder)
        for seed in range(max(setting.seeds for setting in settings.values()))
        for name in arguments.only or settings
        if seed < settings[name].seeds
    ]
    context = multiprocessing.get_context("spawn")
    with context.Pool(arguments.processes, playing.one_thread, (), 6) as pool:
        for line in pool.imap_unordered(tasks.run, jobs):
            print(line, flush=True)
    print(f"\n{tasks.table(settings, folder)}")
    if not arguments.only:
        shown = tasks.module(arguments.kind).shown(arguments.data.resolve(), folder)
        pictures.draw(shown, folder / "pictures.png")


if __name__ == "__main__":
    main()
