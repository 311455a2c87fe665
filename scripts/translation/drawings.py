"""Drawings of another make, learned without pairs and judged by pairs: 32×32 pixels.

`data` is a folder with emoji.zip, whose folders noto and twemoji draw the same emoji
under the same names, and captions.tsv with the subgroup of each. The training knows
both sets, but not what belongs together; whole subgroups are held out.
"""

import numpy as np
from translation import tasks

_SIDE = 32
# Of all four, which are trained for about as long.
_COMMON = {
    "image_size": _SIDE,
    "held_out": 0.15,
    "mirror": False,
    "generator_width": 16,
    "generator_blocks": 4,
    "upsampling": "resize",
    "discriminator_width": 16,
    "discriminator_depth": 1,
    "batch_size": 4,
    "precision": "mixed_bfloat16",
    "learning_rate": 4e-4,
    "constant_epochs": 2,
    "decay_epochs": 2,
}

_UNET = {"generator": "unet", "generator_depth": 4}


def options(data) -> dict:
    """Returns how the drawings are read, as fields of a recipe."""
    return {
        "dataset": f"unpaired:{data / 'emoji.zip'}:noto:twemoji",
        "held_out_by": f"table:{data / 'captions.tsv'}:subgroup",
    }


def sides(data, split: str) -> tuple:
    """Returns sources and targets of a split, uint8, as pairs."""
    import kgan.data

    read = options(data)
    source = kgan.data.source(
        read["dataset"].replace("unpaired", "pairs"),
        _SIDE,
        split=split,
        held_out=_COMMON["held_out"],
        held_out_by=read["held_out_by"],
    )
    return source.sources.read(), source.targets.read()


def figures(answers, targets) -> dict:
    """Measures uint8 answers to held-out sources by the targets they belong to.

    The second figure is that of answers to other sources: what is left of the
    difference between them says how far an answer shows its source.
    """
    from kgan.metrics import features, paired
    from kgan.metrics.kernel import kernel_distance

    network = features.get("cifar10")
    both = (network(images).features for images in (targets, answers))
    return {
        "L1": float(paired.l1(answers, targets).mean()),
        "L1 of another's": float(
            paired.l1(np.roll(answers, 1, axis=0), targets).mean()
        ),
        "kernel distance × 1000": 1000 * kernel_distance(*both),
    }


def _identity(data, folder, seed):
    return figures(*sides(data, "test"))


def _nearest(data, folder, seed):
    """The target that a training source nearest to the source has, by L1."""
    known, (sources, targets) = sides(data, "train")[1], sides(data, "test")
    rows = known.reshape(len(known), -1).astype(np.int16)
    found = [np.abs(rows - x.reshape(-1)).sum(axis=1).argmin() for x in sources]
    return figures(known[found], targets)


def trained(game: str, steps: int, **own):
    """Returns a setting: a small game with other values."""

    def run(data, folder, seed):
        from kgan.recipes.recipe import of_game

        recipe = of_game(game)(
            name="drawings",
            description="noto to twemoji",
            seed=seed,
            steps=steps,
            sample_every=steps // 4,
            **(_COMMON | options(data) | own),
        )
        sources, targets = sides(data, "test")
        return figures(tasks.trained(recipe, folder).translate(sources), targets)

    return tasks.Setting(run)


def shown(data, folder) -> dict:
    """Returns held-out sources, what became of them, and their targets."""
    sources, targets = sides(data, "test")
    names = (name for name, setting in SETTINGS.items() if setting.seeds > 1)
    found = {
        name: tasks.read(tasks.place(folder, name, 0)).translate(sources)
        for name in names
    }
    return {"noto": sources} | found | {"twemoji": targets}


SETTINGS = {
    "the source as it is": tasks.Setting(_identity, seeds=1),
    "the nearest training target": tasks.Setting(_nearest, seeds=1),
    "CycleGAN": trained("cyclegan", 2_000, **_UNET),
    "CycleGAN, no cycle": trained("cyclegan", 2_000, cycle=0.0, **_UNET),
    "CUT": trained("cut", 700),
    "CUT, no NCE": trained("cut", 700, nce=0.0, nce_identity=False),
}
