"""Writes files as kgan wrote them before its engine was rewritten, and what they hold.

    PYTHONPATH=TREE python tests/golden/make_fixtures.py

TREE must be a checkout of the commit that is named below. For each game it writes to
`tests/golden/fixtures/`

NAME.keras      the model, compiled, after two rounds
NAME.npz        its `state` under `saved/`, four images of `generate`, and the same
                state without the optimizers' after one more round under `later/`

and beside them what `kgan.training.train` left of a short run,

run/            recipe, metrics and the checkpoint of its last step
run.npz         the state of the same run when it was played to `LAST` without a stop

The members of the `.keras` files are as Keras wrote them, and deflated, which takes a
quarter of the space.
"""

import functools
import pathlib
import shutil
import subprocess
import tempfile
import zipfile

import games
import keras
import numpy as np

import kgan

COMMIT = "829f678"
FIXTURES = pathlib.Path(__file__).with_name("fixtures")
ROUNDS, LATER_SEED = 2, 5
STEPS, LAST = 4, 8

# Arguments of `games.make`.
GAMES = {
    "plain": lambda: {},
    "lecam_and_information": lambda: {
        "heads": {"codes": 3},
        "prior": kgan.priors.Codes(4, categorical=(2,), continuous=1),
        "regularizers": [kgan.regularizers.LeCam()],
        "objectives": [kgan.objectives.Information(categorical=(2,), continuous=1)],
    },
    "top_k": lambda: {"loss": kgan.top_k.TopK("hinge", 0.5)},
    "periods": lambda: {
        "alternation": kgan.alternation.Periods(discriminator=1, generator=1)
    },
    "packed": lambda: {"packing": 2},
    "ada": lambda: {
        "augmentation": kgan.augment.AdaptiveAugment(
            probability=0.5, interval=1, speed=100, policy=("blit", "color")
        )
    },
    "lazy_r1": lambda: {"penalties": [kgan.penalties.R1(1.0, interval=2)]},
    "conditional": lambda: {"classes": 3, "penalties": ["r1"]},
}


def recipe():
    """A run of some seconds, with a term that has a state."""
    return kgan.recipes.get("digits").override(
        model_options={"generator_hidden": [4], "discriminator_hidden": [4]},
        latent_dim=4,
        penalties=[{"name": "r1", "weight": 0.5, "interval": 2}],
        regularizers=[{"name": "lecam"}],
        generator_learning_rate=2e-4,
        discriminator_learning_rate=2e-4,
        batch_size=16,
        discriminator_steps=2,
        steps=STEPS,
        sample_every=2,
    )


def later(gan):
    """Plays one more round, on data of its own; gives the state that shows it."""
    games.fit(gan, 1, LATER_SEED)
    return {name: a for name, a in state(gan).items() if "_optimizer/" not in name}


def state(gan):
    """The state of a game without that of seed generators.

    A game sets them itself in each update; a layer without a seed of its own has
    another one in each process.
    """
    found = games.state(gan)
    return {
        name: a for name, a in found.items() if not name.endswith("generator_state")
    }


def _deflate(path):
    with zipfile.ZipFile(path) as stored:
        members = {name: stored.read(name) for name in stored.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as deflated:
        for name, content in members.items():
            deflated.writestr(name, content)


def _save(name, arrays):
    np.savez_compressed(FIXTURES / f"{name}.npz", **arrays)


def _write_model(name):
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(1)
    gan = games.make(units=4, **GAMES[name]())
    games.fit(gan, ROUNDS)
    gan.save(FIXTURES / f"{name}.keras")
    saved = {f"saved/{key}": array for key, array in state(gan).items()}
    saved["generate"] = gan.generate(4, seed=1)
    _save(name, saved | {f"later/{key}": array for key, array in later(gan).items()})


def _write_run():
    train = functools.partial(kgan.training.train, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        _save("run", state(train(recipe().override(steps=LAST), folder / "whole")))
        train(recipe(), folder / "short")
        name = f"step-{STEPS:08d}.keras"
        kept = ("recipe.json", "metrics.csv", f"checkpoints/{name}")
        (FIXTURES / "run" / "checkpoints").mkdir(parents=True)
        for file in kept:
            shutil.copy(folder / "short" / file, FIXTURES / "run" / file)


def _check_commit():
    tree = pathlib.Path(kgan.__file__).parents[1]
    command = ["git", "-C", str(tree), "rev-parse", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if not found.startswith(COMMIT):
        raise RuntimeError(f"The code must be that of {COMMIT}. Received: {found}")


if __name__ == "__main__":
    _check_commit()
    shutil.rmtree(FIXTURES, ignore_errors=True)
    FIXTURES.mkdir()
    for game in GAMES:
        _write_model(game)
    _write_run()
    for written in FIXTURES.rglob("*.keras"):
        _deflate(written)
