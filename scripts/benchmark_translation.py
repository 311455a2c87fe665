"""Measures a step of pix2pix and of CycleGAN: kgan against PyTorch.

    python scripts/benchmark_translation.py > translation.md
    python scripts/benchmark_translation.py --games cyclegan --batches 1 --turns 3

kgan plays its game by `fit`, as `kgan train` does. PyTorch plays a step that is written
by hand, with the same layers, losses, optimizers and order of updates, in the faster of
two layouts of memory; and the same with the translations of a batch computed once for
both updates, as in the authors' programs. Each is a process of its own, all take turns,
medians count, and ratios are those within a turn. PyTorch must be installed. It prints
Markdown. Nothing else should run on the machine.
"""

import argparse
import dataclasses
import itertools
import json
import math
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
from benchmarking import cases, machine, measuring, tables, translation_kgan

from kgan import recipes

GAMES = ("pix2pix", "cyclegan")
NORMALIZATIONS = ("instance", "batch")
_TWIN, _ONCE = "translation_torch", "translation_torch_once"
# By name the ways in which a step is played, kgan's first.
WAYS = {
    "kgan": cases.Case("translation"),
    "PyTorch": cases.Case(_TWIN),
    "PyTorch, channels-last": cases.Case(_TWIN, channels_last=True),
    "PyTorch, translating once": cases.Case(_ONCE),
    "PyTorch, translating once, channels-last": cases.Case(_ONCE, channels_last=True),
}
# Step sizes near zero: nothing moves while the time is taken, see `cases.plan`.
_STILL = {"learning_rate": 1e-8, "decay_epochs": 0, "load_size": None}


@dataclasses.dataclass(frozen=True)
class Plan:
    """A step: what a worker needs to build it.

    Attributes:
        recipe: The recipe's fields as JSON.
        shape: Shape of an image of either side.
        weights: Numbers of trainable weights by player.
    """

    recipe: dict
    shape: tuple
    weights: dict


def recipe_of(
    game: str, batch: int, normalization: str, side: int, width: int = 64
) -> recipes.Recipe:
    """Returns the recipe of a game: a U-Net, or residual networks of 6 blocks.

    Args:
        game: "pix2pix" or "cyclegan".
        batch: Images of each side in a batch.
        normalization: "instance" or "batch".
        side: Of the images; the U-Net is as deep as it allows.
        width: Channels of the first stage of all networks.
    """
    fewest = 1 if normalization == "batch" else 2
    named, networks = {
        "pix2pix": ("facades", {"generator_depth": int(math.log2(side / fewest))}),
        "cyclegan": ("horse2zebra", {"generator_blocks": 6}),
    }[game]
    return recipes.get(named).override(
        batch_size=batch,
        normalization=normalization,
        dropout_at_test=False,
        generator_width=width,
        discriminator_width=width,
        image_size=side,
        **networks,
        **_STILL,
    )


def plan(recipe: recipes.Recipe) -> Plan:
    """Plans the step of a recipe, on RGB images."""
    shape = (recipe.image_size, recipe.image_size, 3)
    game = translation_kgan.make_game(recipe, shape)
    weights = {
        player: sum(math.prod(w.shape) for w in getattr(game, player).trainable_weights)
        for player in recipe.players
    }
    keras.backend.clear_session()
    return Plan(json.loads(recipe.to_json()), shape, weights)


def measure(planned: Plan, chosen: dict, turns: int, seconds: float) -> dict:
    """Returns a `measuring.Result` of each way."""
    orders = {name: cases.order(case, planned) for name, case in chosen.items()}
    return measuring.in_turn(orders, turns, seconds)


def rows_of(words: str, batch: int, results: dict) -> list:
    """Returns lines of the table: what, way, ms, images/s, kgan's rate to its.

    Args:
        words: The game.
        batch: Images of each side in a batch.
        results: A `measuring.Result` by way, kgan's first.

    Raises:
        RuntimeError: If a way failed.
    """
    for name, result in results.items():
        if result.failure:
            raise RuntimeError(f"{words}, {name}: {result.failure}")
    ours = next(iter(results.values()))
    return [
        [
            f"{words}, batch {batch}",
            name,
            f"{1000 * result.median:.0f}",
            f"{batch / result.median:.1f}",
            f"{measuring.ratio(result.seconds, ours.seconds):.2f}",
            f"{result.peak:,.0f}",
        ]
        for name, result in results.items()
    ]


def profile(planned: Plan, threads: int, steps: int = 2) -> list:
    """Returns lines of the table of kinds: kind, ms of a step of kgan, of PyTorch."""
    found = []
    for side in ("translation_profile", "translation_torch_profile"):
        case = cases.Case(side, threads=threads)
        worker = measuring.Worker(cases.order(case, planned))
        try:
            worker.play(2)  # traces
            found.append(worker.play(steps)["kinds"])
        finally:
            worker.stop()
    ours, theirs = found
    lines = [[kind, *(f[kind] / steps for f in found)] for kind in ours]
    lines.append(["all", *(sum(f.values()) / steps for f in (ours, theirs))])
    return [[kind, *(f"{spent:.0f}" for spent in both)] for kind, *both in lines]


HEAD = ["step", "played by", "ms", "images/s", "kgan's rate to this one's", "MiB"]


def main() -> None:
    """Prints the machine, and a table of all steps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--games", nargs="+", choices=GAMES, default=GAMES, help="default: both")
    add("--batches", nargs="+", type=int, default=[1, 16], help="default: 1 16")
    add("--normalization", choices=NORMALIZATIONS, default="instance")
    add("--side", type=int, default=64, help="of the images: 64")
    add("--width", type=int, default=64, help="channels of the first stages: 64")
    add("--ways", nargs="+", choices=list(WAYS), default=list(WAYS), help="all")
    add("--turns", type=int, default=5, help="blocks of each way, in turn: 5")
    add("--seconds", type=float, default=1.0, help="length of a block, about: 1")
    add("--threads", type=int, default=2, help="threads of an operation: 2")
    add("--profile", action="store_true", help="instead: what the time goes to")
    given = parser.parse_args()
    print(f"{tables.of_machine(machine.describe())}\n", flush=True)
    if not given.profile:
        print(tables.table(HEAD, []), flush=True)
    for game, batch in itertools.product(given.games, given.batches):
        recipe = recipe_of(game, batch, given.normalization, given.side, given.width)
        planned, chosen = plan(recipe), {name: WAYS[name] for name in given.ways}
        if given.profile:
            head = [f"{game}, batch {batch}", "kgan, ms", "PyTorch, ms"]
            print(tables.table(head, profile(planned, given.threads)), flush=True)
            continue
        threaded = {
            name: dataclasses.replace(case, threads=given.threads)
            for name, case in chosen.items()
        }
        results = measure(planned, threaded, given.turns, given.seconds)
        for row in rows_of(game, batch, results):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
