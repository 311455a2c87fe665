"""Parts of a batch give the gradient of the whole."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core import seeds
from kgan.engine.clock import Turn
from kgan.engine.micro_batches import in_parts
from kgan.engine.update import State, Values

DATA = networks.images(40)


def trained(micro_batches, scope=None, batch_size=8, **options):
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
    history = gan.fit(DATA, batch_size=batch_size, shuffle=False, verbose=0).history
    return gan, history


@pytest.mark.parametrize("loss", ["non_saturating", "relativistic_pairing"])
@pytest.mark.parametrize(
    "options",
    [
        {"jit_compile": False},
        {"jit_compile": True},
        {"run_eagerly": True},
        {"jit_compile": True, "steps_per_execution": 5},
    ],
    ids=["graph", "xla", "eager", "loop"],
)
def test_parts_give_what_the_whole_batch_gives(options, loss):
    whole, expected = trained(1, loss=loss, jit_compile=False)
    parted, history = trained(4, loss=loss, **options)
    assert whole.step == parted.step == 5
    for before, now in zip(whole.weights, parted.weights, strict=True):
        if not before.path.endswith("vector"):  # moves with each part
            np.testing.assert_allclose(now, before, atol=1e-5, err_msg=now.path)
    for name, value in expected.items():
        np.testing.assert_allclose(history[name], value, rtol=1e-4, err_msg=name)


def test_replicas_accumulate_too(two_replicas):
    whole, _ = trained(1)
    parted, _ = trained(2, two_replicas, jit_compile=True)
    pairs = zip(
        whole.generator.get_weights(), parted.generator.get_weights(), strict=True
    )
    for expected, now in pairs:
        np.testing.assert_allclose(now, expected, atol=1e-5)


def test_state_passes_from_part_to_part_and_each_draws_anew():
    def gradients_of(values, real, labels, latents, turn):
        (trainable, state) = values.discriminator
        draw = tf.cast(turn.seed[0] % 1000, tf.float32)
        total = tf.reduce_sum(real)
        # Other state is a mean over the batch, and starts from one place in all parts.
        mean, count = values.augmentation[1]
        shared = [0.5 * mean + 0.5 * total / 2, count + 1]
        moved = State([state[0] * 2.0 + total], shared)
        return [trainable[0] * tf.reduce_sum(latents)], moved, {"draw": draw}

    one = tf.constant(1.0)
    step = tf.constant(0, tf.int64)
    turn = Turn(step, step, one, tf.constant(0), seeds.root(5))
    real = tf.constant([[1.0], [2.0], [3.0], [4.0]])
    values = Values(
        ([], []),
        ([tf.constant(3.0)], [tf.constant(10.0)]),
        ([], [tf.constant(8.0), tf.constant(7)]),
        (),
    )
    for wrap in (lambda f: f, tf.function, tf.function(jit_compile=True)):
        update = wrap(in_parts(gradients_of, 2, moved="discriminator"))
        gradients, state, logs = update(values, real, None, 2.0 * real, turn)
        assert gradients[0] == 3.0 * (6.0 + 14.0) / 2
        assert state.network[0] == (10.0 * 2 + 3.0) * 2 + 7.0
        assert state.augmentation[0] == 0.5 * 8.0 + 0.5 * 2.5
        assert state.augmentation[1] == 8
        first, second = (
            float(turn.fold(seeds.Use.PART, part).seed[0] % 1000) for part in (0, 1)
        )
        # `fold` keeps its last value apart from the digest of what came before.
        assert float(logs["draw"]) == pytest.approx((first + second) / 2)
    assert in_parts(gradients_of, 1, moved="generator") is gradients_of


def test_labels_are_cut_with_their_images():
    gan = networks.gan(num_classes=3, compiled={"micro_batches": 2})
    gan.fit(DATA, np.arange(40) % 3, batch_size=8, verbose=0)
    assert gan.step == 5


def test_a_batch_that_the_parts_do_not_divide():
    gan = networks.gan(compiled={"micro_batches": 3})
    with pytest.raises(ValueError, match=r"multiple of micro_batches=3.*8 rows"):
        gan.fit(DATA, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match=r"micro_batches.*positive integer.*0"):
        gan.compile(micro_batches=0)
