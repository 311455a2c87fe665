"""Parts of a batch give the gradient of the whole."""

import functools
import types

import keras
import moves
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core import seeds
from kgan.engine.micro_batches import in_parts
from kgan.engine.update import Result

DATA = networks.images(40)


def trained(micro_batches, scope=None, **options):
    """Weights after five steps without layers that look at the whole batch."""

    def build():
        keras.utils.set_random_seed(3)
        return networks.gan(
            batch_norm=False,
            compiled={
                "penalties": [
                    kgan.penalties.R1(1.0),
                    kgan.penalties.R2(1.0, interval=2),
                ],
                "micro_batches": micro_batches,
                **options,
            },
        )

    if scope is None:
        gan = build()
    else:
        with scope.scope():
            gan = build()
    history = gan.fit(DATA, batch_size=8, shuffle=False, verbose=0).history
    return gan, history


@functools.cache
def whole(loss="non_saturating"):
    gan, history = trained(1, loss=loss, jit_compile=False)
    return [(v.path, v.numpy()) for v in gan.weights], history, gan.step


@pytest.mark.parametrize(
    ("loss", "options"),
    [
        ("non_saturating", {"jit_compile": False}),
        ("relativistic_pairing", {"run_eagerly": True}),
        ("relativistic_pairing", {"jit_compile": True, "steps_per_execution": 5}),
    ],
    ids=["graph", "eager", "xla in a loop"],
)
def test_parts_give_what_the_whole_batch_gives(loss, options):
    weights, expected, step = whole(loss)
    parted, history = trained(4, loss=loss, **options)
    assert step == parted.step == 5
    for (path, before), now in zip(weights, parted.weights, strict=True):
        if not path.endswith("vector"):  # moves with each part
            np.testing.assert_allclose(now, before, atol=1e-5, err_msg=path)
    for name, value in expected.items():
        np.testing.assert_allclose(history[name], value, rtol=1e-4, err_msg=name)


def test_replicas_accumulate_too(two_replicas):
    weights, _, _ = whole()
    parted, _ = trained(2, two_replicas)
    for (path, expected), now in zip(weights, parted.weights, strict=True):
        if path.startswith("generator"):
            np.testing.assert_allclose(now, expected, atol=1e-5)


class Adding:
    """An update by hand: of a player `own`, and of a layer `shared` besides."""

    move = types.SimpleNamespace(players=("own",))

    def __call__(self, values, batch, context):
        (trainable, state), (_, (mean, count)) = values["own"], values["shared"]
        draw = tf.cast(context.seed[0] % 1000, tf.float32)
        total = tf.reduce_sum(batch["x"])
        # Other state is a mean over the batch, and starts from one place in all parts.
        shared = [0.5 * mean + 0.5 * total / 2, count + 1]
        return Result(
            {"own": [trainable[0] * tf.reduce_sum(batch["nested"][0])]},
            {"own": [state[0] * 2.0 + total], "shared": shared},
            {"pool": [batch["x"]]},
            {"draw": draw, "norm": 100.0 + draw},
        )

    def norms_of(self, gradients, context):
        return {"norm": tf.linalg.global_norm(gradients["own"])}


def test_state_passes_from_part_to_part_and_each_draws_anew():
    update, context = Adding(), moves.context(seed=5)
    x = tf.constant([[1.0], [2.0], [3.0], [4.0]])
    batch = {"x": x, "nested": [2.0 * x]}
    values = {
        "own": ([tf.constant(3.0)], [tf.constant(10.0)]),
        "shared": ([], [tf.constant(8.0), tf.constant(7)]),
    }
    for wrap in (lambda f: f, tf.function, tf.function(jit_compile=True)):
        result = wrap(in_parts(update, 2))(values, batch, context)
        # The gradient, and its norm, are those of the mean of all parts.
        gradient = 3.0 * (6.0 + 14.0) / 2
        assert result.gradients["own"][0] == gradient
        assert float(result.logs["norm"]) == pytest.approx(gradient)
        assert result.state["own"][0] == (10.0 * 2 + 3.0) * 2 + 7.0
        mean, count = result.state["shared"]
        assert mean == 0.5 * 8.0 + 0.5 * 2.5
        assert count == 8
        np.testing.assert_array_equal(result.rows["pool"][0], x)
        first, second = (
            float(context.fold(seeds.Use.PART, part).seed[0] % 1000) for part in (0, 1)
        )
        # `fold` keeps its last value apart from the digest of what came before.
        assert float(result.logs["draw"]) == pytest.approx((first + second) / 2)
    assert in_parts(update, 1) is update


def test_labels_are_cut_with_their_images():
    gan = networks.gan(num_classes=3, compiled={"micro_batches": 2})
    gan.fit(DATA, np.arange(40) % 3, batch_size=8, verbose=0)
    assert gan.step == 5


def test_a_batch_that_the_parts_do_not_divide():
    game = moves.pursuit(compiled={"micro_batches": 3})
    with pytest.raises(ValueError, match=r"multiple of micro_batches=3.*8 rows"):
        moves.fit(game)
    with pytest.raises(ValueError, match=r"micro_batches.*positive integer.*0"):
        moves.pursuit(compiled={"micro_batches": 0})
