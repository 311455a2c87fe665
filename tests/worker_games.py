"""What several workers play, each in a process of its own, for test_run_workers.py.

    python tests/worker_games.py DIRECTORY

The directory holds `one-K.keras` and `one-NAME.keras`, games that one worker has begun.
"""

import hashlib
import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
import tiny

import kgan
from kgan import distribute
from kgan.runs import prepare, train

sys.path.insert(0, str(pathlib.Path(__file__).parent / "games"))

import contract
import test_bigan
import test_cyclegan

STEPS = 5
UPDATES = (1, 3)  # of the discriminator in a step
# Games of more players, as the contract has them: two epochs, of which one is begun.
CASES = {
    "bigan": test_bigan.TestContract.case,
    "cyclegan": test_cyclegan.TestContract.case,
}
RECIPE = tiny.DIGITS.override(steps=300, sample_every=100, checkpoint_every=20)


def make(strategy, updates):
    """A game whose gradients add up exactly: no batch statistics, no Adam."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    with strategy.scope():
        generator = keras.Sequential(
            [keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(2, "tanh")]
        )
        discriminator = keras.Sequential(
            [keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(1)]
        )
        gan = kgan.GAN(generator, discriminator, discriminator_steps=updates)
        gan.compile(
            keras.optimizers.SGD(0.1),
            keras.optimizers.SGD(0.1),
            penalties=[kgan.penalties.R1(1.0, interval=2)],
            jit_compile=False,
        )
    return gan


def play(gan):
    """Plays five rounds from wherever the game is, in batches of 16."""
    points = np.random.default_rng(1).uniform(-1, 1, (1000, 2)).astype("float32")
    begin = 16 * gan.position
    rows = points[begin : begin + 16 * STEPS * gan.discriminator_steps]
    data = tf.data.Dataset.from_tensor_slices(rows).batch(16, drop_remainder=True)
    gan.fit(data, verbose=0)
    return gan


def go_on(name, directory, strategy=None):
    """Plays the second epoch of a game of `CASES` that one worker has begun."""
    game = CASES[name].make(strategy, jit_compile=False)
    game.load_weights(directory / f"one-{name}.keras")
    return CASES[name].fit(game, initial_epoch=1)


def digest(game):
    """A number that tells whether two models are equal, bit for bit."""
    data = b"".join(value.tobytes() for value in contract.state(game).values())
    return hashlib.sha256(data).hexdigest()


def main(directory):
    """Plays by two workers what the test plays by one, and a run without a stop."""
    strategy = distribute.get("multi_worker", patience=120.0)
    told = []
    for updates in UPDATES:
        gan = play(make(strategy, updates))
        resumed = make(strategy, updates)
        resumed.load_weights(directory / f"one-{updates}.keras")
        told += [digest(gan), digest(play(resumed))]
        if distribute.is_chief():
            gan.save(directory / f"two-{updates}.keras")
            resumed.save(directory / f"two-after-one-{updates}.keras")
    for name in CASES:
        game = go_on(name, directory, strategy)
        told.append(digest(game))
        if distribute.is_chief():
            game.save(directory / f"two-{name}.keras")
    # Who does not write has a directory of its own, which must not come to be.
    run_dir = directory / ("whole" if distribute.is_chief() else "nothing")
    plan = prepare.prepare(RECIPE, run_dir, strategy=strategy)
    told.append(digest(train.run(plan, verbose=0)))
    print("digests", *told)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
