"""CycleGAN: its losses in NumPy, its pools, its contract, what it refuses."""

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

import kgan

X, Y = (4, 4, 1), (4, 4, 3)


def cyclegan(random=False, kind=kgan.CycleGAN, x=X, y=Y, **options):
    dropout = 0.3 if random else 0.0
    return kind(
        network([x], y, dropout),
        network([y], x, dropout),
        network([y], (2, 2, 1), dropout),
        network([x], (2, 2, 1), dropout),
        **{"cycle": 2.0, "pool_size": 20, **options},
    )


def both(count, x=X, y=Y):
    return {
        "source": contract.images(count, x),
        "target": contract.images(count, y, seed=1),
    }


class TestContract(Contract):
    case = Case(
        cyclegan,
        both,
        rounds=4,  # the pools are full after three of eight
        writes={1: ("pool_target", "pool_source")},
        columns=(
            *("source", "output", "back to source"),
            *("target", "output of target", "back to target"),
        ),
        endpoints=(
            *("serving_default", "translate", "translate_png"),
            *("translate_to_source", "translate_to_source_png"),
        ),
        xla_on_replicas=True,
    )

    def test_pools_are_full_and_differ(self, base):
        first, second = base.game.pool_source, base.game.pool_target
        assert first.count.numpy() == second.count.numpy() == 20
        for pool in (first, second):
            assert len({image.tobytes() for image in pool.images.numpy()}) == 20

    def test_it_goes_on_with_another_number_of_replicas(
        self, base, folder, two_replicas
    ):
        with two_replicas.scope():
            game = keras.models.load_model(folder / "1.keras")
        assert 0 < game.pool_source.count.numpy() <= 20
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


class TestMore(Contract):
    """With identity, averages and no pools."""

    case = Case(
        lambda random: cyclegan(
            random, x=Y, identity=0.5, pool_size=0, ema_momentum=0.9
        ),
        lambda count: both(count, Y),
        columns=TestContract.case.columns,
        endpoints=TestContract.case.endpoints,
    )


def squares(judge, images, target):
    return np.mean((np.asarray(judge(images), "float64") - target) ** 2)


def distance(a, b):
    return np.abs(np.asarray(a, "float64") - b).mean()


def losses(game, batch):
    """`(scalar, logs)` of both moves."""
    game.compile(dict.fromkeys(game.players, "sgd"))
    tensors = {name: tf.constant(value) for name, value in batch.items()}
    nets = contract.networks_of
    return [move.loss(nets(game), tensors) for move in game.moves()]


def test_losses():
    game, batch = cyclegan(cycle=10.0), both(5)
    # The pools are full of ones; other rows are exchanged in each.
    for pool in (game.pool_source, game.pool_target):
        pool.images.assign(tf.ones_like(pool.images))
        pool.count.assign(pool.size)
    swaps = {
        "swap_source": np.array([3, 0, -1, -1, -1], "int32"),
        "swap_target": np.array([-1, -1, -1, -1, 7], "int32"),
    }
    x, y = batch["source"], batch["target"]
    fake_y, fake_x = np.asarray(game.to_target(x)), np.asarray(game.to_source(y))
    shown_x = np.concatenate([np.ones_like(fake_x[:2]), fake_x[2:]])
    shown_y = np.concatenate([fake_y[:4], np.ones_like(fake_y[4:])])
    judge_x, judge_y = game.discriminator_source, game.discriminator_target
    cycle = distance(game.to_source(fake_y), x) + distance(game.to_target(fake_x), y)
    g_loss = squares(judge_y, fake_y, 1) + squares(judge_x, fake_x, 1)
    d_loss = squares(judge_x, x, 1) + squares(judge_x, shown_x, 0)
    d_loss += squares(judge_y, y, 1) + squares(judge_y, shown_y, 0)
    (g, g_logs), (d, d_logs) = losses(game, {**batch, **swaps})
    np.testing.assert_allclose(g, g_loss + 10.0 * cycle, rtol=1e-5)
    logged = [g_logs["g_loss"], g_logs["cycle"]]
    np.testing.assert_allclose(logged, [g_loss, cycle], rtol=1e-5)
    np.testing.assert_allclose([d, d_logs["d_loss"]], [0.5 * d_loss, d_loss], rtol=1e-5)


@pytest.mark.parametrize("cycle", [10.0, 0.0])
def test_identity_and_the_control_without_a_cycle(cycle):
    game, batch = cyclegan(x=Y, cycle=cycle, pool_size=0), both(5, Y)
    assert game.identity == 0.5  # as published, where channels agree
    assert game.pool_source is None
    x, y = batch["source"], batch["target"]
    fake_y, fake_x = np.asarray(game.to_target(x)), np.asarray(game.to_source(y))
    back = distance(game.to_source(fake_y), x) + distance(game.to_target(fake_x), y)
    same = distance(game.to_target(y), y) + distance(game.to_source(x), x)
    fooled = squares(game.discriminator_target, fake_y, 1)
    fooled += squares(game.discriminator_source, fake_x, 1)
    (g, logs), (d, _) = losses(game, batch)
    np.testing.assert_allclose(logs["identity"], same, rtol=1e-5)
    np.testing.assert_allclose(g, fooled + cycle * (back + 0.5 * same), rtol=1e-5)
    judged = squares(game.discriminator_target, y, 1)
    judged += squares(game.discriminator_target, fake_y, 0)
    judged += squares(game.discriminator_source, x, 1)
    judged += squares(game.discriminator_source, fake_x, 0)
    np.testing.assert_allclose(d, 0.5 * judged, rtol=1e-5)


def test_held_out_data_are_judged_without_pools():
    game, batch = cyclegan(), both(8)
    for pool in (game.pool_source, game.pool_target):
        pool.images.assign(1e3 * tf.ones_like(pool.images))
        pool.count.assign(pool.size)
    game.compile(dict.fromkeys(game.players, "sgd"))
    found = game.evaluate(batch, batch_size=8, verbose=0, return_dict=True)
    assert set(found) == {"d_loss", "g_loss", "cycle"}
    assert found["d_loss"] < 100
    assert game.pool_source.images.numpy().min() == 1e3


def test_pools_draw_swaps_of_their_own():
    drawn = cyclegan(pool_size=50).swaps(40, kgan.seeds.root(3))
    assert set(drawn) == {"swap_source", "swap_target"}
    assert (drawn["swap_source"].numpy() != drawn["swap_target"].numpy()).any()


def test_networks_of_any_size():
    def convolution(channels, found, strides=1):
        x = inputs = keras.Input((None, None, channels))
        x = keras.layers.Conv2D(found, 3, strides, padding="same")(x)
        if strides == 1:
            x = keras.layers.Activation("tanh")(x)
        return keras.Model(inputs, x)

    networks = [
        *(convolution(3, 1), convolution(1, 3)),
        *(convolution(1, 1, 2), convolution(3, 1, 2)),
    ]
    with pytest.raises(ValueError, match="`image_size` must be given for networks"):
        kgan.CycleGAN(*networks)
    game = kgan.CycleGAN(*networks, image_size=6)
    assert game.pool_target.shape == (6, 6, 1)
    assert (game.source_shape, game.data_shape) == ((6, 6, 3), (6, 6, 1))
    game.compile(dict.fromkeys(game.players, "sgd"), jit_compile=False)
    game.fit(both(4, (6, 6, 3), (6, 6, 1)), batch_size=4, verbose=0)
    wide = np.zeros((2, 5, 9, 1), "uint8")
    assert game.translate(wide, direction="to_source").shape == (2, 5, 9, 3)


class Twice(kgan.CycleGAN):
    """Shows two batches through one pool."""

    def discriminators_loss(self, nets, batch):
        nets.pool_source(batch["source"], batch["swap_source"])
        return super().discriminators_loss(nets, batch)


def test_a_pool_that_is_called_twice_is_refused():
    game = cyclegan(kind=Twice)
    game.compile(dict.fromkeys(game.players, "sgd"), run_eagerly=True)
    message = "'pool_source' must be called once in an update"
    with pytest.raises(ValueError, match=message):
        game.fit(both(8), batch_size=4, verbose=0)
    assert game.pool_source.count.numpy() == 0


def judges():
    return network([Y], (1,)), network([X], (1,))


def positive(source, target):
    """A translator without a value below 0."""
    x = inputs = keras.Input(source)
    x = keras.layers.Conv2D(target[-1], 1, activation="sigmoid")(x)
    return keras.Model(inputs, x)


def test_sources_may_be_masks_and_other_data_are_checked():
    game = cyclegan(pool_size=0)
    game.compile(dict.fromkeys(game.players, "sgd"))
    batch = contract.images(4, X), contract.images(4, Y)
    masks = (batch[0] > 0).astype("float32")
    game.fit({"source": masks, "target": batch[1]}, batch_size=4, verbose=0)
    assert game.step == 1
    for source, target, message in (
        (255 * masks, batch[1], r"'source' must lie in \[-1, 1\]"),
        (batch[0], np.abs(batch[1]), "'target' must have values below 0"),
    ):
        with pytest.raises(ValueError, match=message):
            game.fit({"source": source, "target": target}, batch_size=4, verbose=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cyclegan(cycle=-1.0), "`cycle` must be a non-negative number"),
        (lambda: cyclegan(identity=0.5), "`identity` must be 0 where .* 1 and 3$"),
        (lambda: cyclegan(pool_size=-1), "`pool_size` must be an integer"),
        (lambda: cyclegan(image_size=(1, 2, 3)), "`image_size` must be None"),
        (
            lambda: kgan.CycleGAN(*[network([X], X)] * 2, *[network([Y], (1,))] * 2),
            r"`discriminator_target` must take images of shape \(4, 4, 1\)",
        ),
        (
            lambda: kgan.CycleGAN(network([X], Y), network([X], X), *[None] * 2),
            r"`to_source` must take target of shape \(4, 4, 3\)",
        ),
        (
            lambda: kgan.CycleGAN(network([X], Y), network([Y], Y), *[None] * 2),
            r"`to_source` must return what `to_target` takes.*\(4, 4, 3\)$",
        ),
        (
            lambda: kgan.CycleGAN(positive(X, Y), network([Y], X), *judges()),
            r"`to_target` must give images in \[-1, 1\].* with a sigmoid$",
        ),
        (
            lambda: kgan.CycleGAN(network([X], Y), positive(Y, X), *judges()),
            r"`to_source` must give images in \[-1, 1\].* with a sigmoid$",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(ValueError, match=message) as error:
        make()
    assert "\n" not in str(error.value)
