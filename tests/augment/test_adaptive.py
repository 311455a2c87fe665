import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.augment import AdaptiveAugment
from kgan.augment.adaptive import next_probability

ARGUMENTS = {
    "probability": 0.25,
    "target": 0.2,
    "interval": 3,
    "speed": 100.0,
    "policy": {"blit": 1.0},
    "seed": 7,
}
# Logits of 40 updates of D: at first it knows the real images, then it does not.
LOGITS = np.random.default_rng(0).normal(size=(40, 6, 1)).astype("float32")
LOGITS += np.repeat([[[1.0]], [[-1.0]]], 20, axis=0).astype("float32")


def _built(**arguments):
    layer = AdaptiveAugment(**{**ARGUMENTS, **arguments})
    layer.build((None, 4, 4, 3))
    return layer


def _loop(logits, p=0.25, target=0.2, interval=3, speed=100.0):
    """The probability with which each update of D sees its images."""
    seen = []
    for update in range(len(logits)):
        seen.append(p)
        # The updates before this one, of which the last `interval` count.
        if update and update % interval == 0:
            signs = np.sign(logits[update - interval : update])
            p += np.sign(signs.mean() - target) * signs.size / speed
            p = min(max(p, 0), 1)
    return seen


def test_contract():
    contracts.check_config(AdaptiveAugment, ARGUMENTS)
    images = keras.Input((4, 4, 3))
    changed = AdaptiveAugment(**ARGUMENTS, name="augmentation")(images)
    model = keras.Model(images, keras.layers.Dense(1, name="dense")(changed))
    examples = np.random.default_rng(1).uniform(-1, 1, (4, 4, 4, 3)).astype("float32")
    contracts.check_saving(model, examples)


def test_next_probability():
    def moved(p, signs):
        return float(next_probability(p, signs, 10.0, target=0.6, speed=100.0))

    assert moved(0.5, 7.0) == pytest.approx(0.6)
    assert moved(0.5, 5.0) == pytest.approx(0.4)
    assert moved(0.5, 6.0) == pytest.approx(0.5)
    assert moved(0.95, 9.0) == 1.0
    assert moved(0.05, 0.0) == 0.0


@pytest.mark.parametrize("jit_compile", [False, True])
def test_follows_a_loop(jit_compile):
    layer = _built()
    variables = layer.non_trainable_weights

    @tf.function(jit_compile=jit_compile)
    def update(values, logits):
        with keras.StatelessScope(zip(variables, values, strict=True)) as scope:
            layer.adapt(logits, tf.constant(0, tf.int64))
        return [scope.get_current_value(variable) for variable in variables]

    seen, values = [], [tf.convert_to_tensor(v.value) for v in variables]
    for logits in LOGITS:
        seen.append(float(values[0]))
        values = update(values, tf.constant(logits))
    expected = _loop(LOGITS)
    np.testing.assert_allclose(seen, expected, atol=1e-5)
    assert max(expected) == 1.0
    assert min(expected) < 0.3


def test_follows_a_loop_on_replicas(two_replicas):
    with two_replicas.scope():
        layer = _built()
    variables = layer.non_trainable_weights

    def own(values, logits):
        with keras.StatelessScope(zip(variables, values, strict=True)) as scope:
            layer.adapt(logits, tf.constant(0, tf.int64))
        return [scope.get_current_value(variable) for variable in variables]

    @tf.function
    def update(values, logits):
        return two_replicas.run(own, args=(values, logits))

    values = [tf.constant(float(np.asarray(v))) for v in variables]
    seen = []
    for logits in LOGITS:
        seen.append(float(values[0]))
        shares = contracts.share_rows(two_replicas, logits)
        moved = update(values, shares)
        local = [two_replicas.experimental_local_results(value) for value in moved]
        # p itself is already the same on all replicas.
        assert local[0][0] == local[0][1]
        values = [tf.reduce_mean(tf.stack(value), axis=0) for value in local]
    np.testing.assert_allclose(seen, _loop(LOGITS), atol=1e-5)


@pytest.mark.parametrize(
    ("loss", "logit", "sign"),
    [
        ("non_saturating", 0.3, 1),
        ("hinge", -0.3, -1),
        ("least_squares", 0.3, -1),
        (kgan.top_k.TopK("least_squares"), 0.6, 1),
    ],
)
def test_an_image_is_taken_for_real_beyond_the_boundary_of_the_loss(loss, logit, sign):
    constant = keras.layers.Dense(
        1,
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(logit),
    )
    layers = [keras.Input((4, 4, 1)), keras.layers.Flatten(), constant]
    generator, _ = kgan.models.mlp((4, 4, 1), latent_dim=3)
    gan = kgan.GAN(
        generator, keras.Sequential(layers), augmentation=AdaptiveAugment(**ARGUMENTS)
    )
    gan.compile(discriminator_optimizer=keras.optimizers.SGD(0.0), loss=loss)
    gan.fit(np.full((6, 4, 4, 1), -0.5, "float32"), batch_size=6, verbose=0)
    assert float(gan.augmentation.signs.numpy()) == 6 * sign


def test_saving_keeps_the_sums(tmp_path):
    images = keras.Input((4, 4, 3))
    layer = AdaptiveAugment(**ARGUMENTS, name="augmentation")
    model = keras.Model(images, layer(images))
    for logits in LOGITS[:5]:
        layer.adapt(tf.constant(logits), 0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    saved = [float(v) for v in layer.non_trainable_weights]
    assert saved == [float(v) for v in loaded.non_trainable_weights]
    assert saved[0] == pytest.approx(_loop(LOGITS)[5])
    assert saved[2:] == [12.0, 2.0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target", 1.0),
        ("target", "high"),
        ("interval", 0),
        ("interval", 2.5),
        ("speed", 0),
        ("speed", float("inf")),
        ("probability", 2.0),
    ],
)
def test_argument_out_of_range(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .* Received: {value!r}"):
        AdaptiveAugment(**{name: value})


def test_no_schedule():
    schedule = keras.optimizers.schedules.PolynomialDecay(0.1, 10, 0.5)
    with pytest.raises(ValueError, match="`Augment` takes a schedule"):
        AdaptiveAugment(schedule)
