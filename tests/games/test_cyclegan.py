"""A game of four players and two pools, which a user might have written."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap

import contract
import keras
import moves
import numpy as np
import pytest
import tensorflow as tf
from contract import Case, Contract, network
from cyclegan import CycleGAN

from kgan.layers import ImagePool

X, Y = (4, 4, 1), (4, 4, 3)


def cyclegan(random=False, size=20, kind=CycleGAN, cycle=2.0):
    dropout = 0.3 if random else 0.0
    return kind(
        network([X], Y, dropout),
        network([Y], X, dropout),
        network([X], (2, 2, 1), dropout),
        network([Y], (2, 2, 1), dropout),
        ImagePool(X, size),
        ImagePool(Y, size),
        cycle=cycle,
    )


def both(count):
    return {"x": contract.images(count, X), "y": contract.images(count, Y, seed=1)}


class TestContract(Contract):
    case = Case(
        cyclegan,
        both,
        rounds=4,  # the pools are full after three of eight
        writes={1: ("pool_x", "pool_y")},
        columns=("x", "G(x)", "y", "F(y)"),
        endpoints=("to_y", "to_x"),
        xla_on_replicas=True,
    )

    def test_pools_are_full_and_differ(self, base):
        first, second = base.game.pool_x, base.game.pool_y
        assert first.count.numpy() == second.count.numpy() == 20
        assert len({image.tobytes() for image in first.images.numpy()}) == 20

    def test_it_goes_on_with_another_number_of_replicas(
        self, base, folder, two_replicas
    ):
        with two_replicas.scope():
            game = keras.models.load_model(folder / "1.keras")
        assert 0 < game.pool_x.count.numpy() <= 20
        self.near(self.case.fit(game, initial_epoch=1), base.state)

    def test_a_killed_process_goes_on_bit_for_bit(self, base, tmp_path):
        folders = [
            str(pathlib.Path(file).parent) for file in (__file__, moves.__file__)
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([*sys.path, *folders]),
        }
        killed = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED), tmp_path],
            env=environment,
            capture_output=True,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        game = keras.models.load_model(tmp_path / "step-00000006.keras")
        left = self.case.data(game).skip(game.position % self.case.rounds)
        game.fit(left, shuffle=False, verbose=0)
        assert contract.changed(base.state, contract.state(game)) == set()


KILLED = """
    import os, signal, sys
    import keras
    import kgan
    from test_cyclegan import TestContract

    class Kill(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.step == 7:
                os.kill(os.getpid(), signal.SIGKILL)

    case = TestContract.case
    saved = kgan.callbacks.Checkpoints(sys.argv[1], every=2)
    case.fit(case.make(jit_compile=False), callbacks=[saved, Kill()])
"""


def test_losses():
    game, batch = cyclegan(cycle=10.0), both(5)
    game.compile(dict.fromkeys(game.players, "sgd"))
    # The pools are full of ones; the first two rows are exchanged.
    for pool in (game.pool_x, game.pool_y):
        pool.images.assign(tf.ones_like(pool.images))
        pool.count.assign(pool.size)
    swap = np.array([3, 0, -1, -1, -1], "int32")
    x, y = batch["x"], batch["y"]
    fake_y, fake_x = np.asarray(game.to_y(x)), np.asarray(game.to_x(y))

    def squares(judge, images, target):
        return np.mean((np.asarray(judge(images), "float64") - target) ** 2)

    def shown(fake):
        return np.concatenate([np.ones_like(fake[:2]), fake[2:]])

    cycle = np.abs(np.asarray(game.to_x(fake_y)) - x).mean()
    cycle += np.abs(np.asarray(game.to_y(fake_x)) - y).mean()
    g_loss = squares(game.judge_y, fake_y, 1) + squares(game.judge_x, fake_x, 1)
    d_loss = squares(game.judge_x, x, 1) + squares(game.judge_x, shown(fake_x), 0)
    d_loss += squares(game.judge_y, y, 1) + squares(game.judge_y, shown(fake_y), 0)
    tensors = {n: tf.constant(v) for n, v in {**batch, "swap": swap}.items()}
    (g, g_logs), (d, d_logs) = (
        move.loss(contract.networks_of(game), tensors) for move in game.moves()
    )
    np.testing.assert_allclose(g, g_loss + 10.0 * cycle, rtol=1e-5)
    logged = [g_logs["g_loss"], g_logs["cycle"]]
    np.testing.assert_allclose(logged, [g_loss, cycle], rtol=1e-5)
    np.testing.assert_allclose([d, d_logs["d_loss"]], [0.5 * d_loss, d_loss], rtol=1e-5)


class Twice(CycleGAN):
    """Shows two batches through one pool."""

    def judges_loss(self, nets, batch):
        nets.pool_x(batch["x"], batch["swap"])
        return super().judges_loss(nets, batch)


def test_a_pool_that_is_called_twice_is_refused():
    game = cyclegan(kind=Twice)
    game.compile(dict.fromkeys(game.players, "sgd"), run_eagerly=True)
    with pytest.raises(ValueError, match="'pool_x' must be called once in an update"):
        game.fit(both(8), batch_size=4, verbose=0)
    assert game.pool_x.count.numpy() == 0
