import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.layers import OtherLatents, StyleMixing


def styles(layers=6):
    first = np.zeros((4, layers, 3), "float32")
    return first, first + 1.0


def cutoff(mixed):
    """The first layer that is mixed, checked to be one and the same for all."""
    kept = mixed.numpy() == 0.0
    assert (kept == kept[:1, :, :1]).all()
    layers = kept[0, :, 0]
    assert not layers[np.argmin(layers) :].any() or layers.all()
    return int(layers.sum())


def test_contract():
    first, second = keras.Input((6, 3)), keras.Input((6, 3))
    layer = StyleMixing(0.5, seed=1, name="layer")
    model = keras.Model([first, second], layer([first, second]))
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(4, 6, 3)).astype("float32") for _ in range(2)]
    contracts.check_config(StyleMixing, {"probability": 0.5, "seed": 1})
    contracts.check_saving(model, inputs)
    contracts.check_modes(model, inputs)


def test_the_first_mixed_layer_is_uniform_from_the_second_on():
    layer = StyleMixing(0.75, seed=1)
    mix = tf.function(lambda: layer(list(styles()), training=True))
    counts = np.bincount([cutoff(mix()) for _ in range(1000)], minlength=7)
    assert counts[0] == 0
    np.testing.assert_allclose(counts[6] / 1000, 0.25, atol=0.05)
    np.testing.assert_allclose(counts[1:6] / 1000, 0.15, atol=0.04)


@pytest.mark.parametrize(
    ("probability", "training"), [(0.0, True), (1.0, False), (0.0, False)]
)
def test_it_keeps_the_first(probability, training):
    first, second = styles()
    layer = StyleMixing(probability)
    np.testing.assert_array_equal(layer([first, second], training=training), first)


def test_one_layer_is_never_mixed():
    first, second = styles(layers=1)
    np.testing.assert_array_equal(
        StyleMixing(1.0)([first, second], training=True), first
    )


def test_bad_arguments():
    with pytest.raises(ValueError, match="`probability` must be a number in"):
        StyleMixing(1.5)
    with pytest.raises(ValueError, match="takes an input of shape"):
        StyleMixing()([np.zeros((2, 3)), np.zeros((2, 3))])


def test_other_latents_are_normal_in_training_alone():
    latents = np.random.default_rng(0).uniform(size=(6, 500)).astype("float32")
    contracts.check_config(OtherLatents, {"seed": 2})
    layer = OtherLatents(seed=1)
    np.testing.assert_array_equal(layer(latents), latents)
    drawn = layer(latents, training=True).numpy()
    np.testing.assert_allclose(drawn.mean(), 0.0, atol=0.06)
    np.testing.assert_allclose(drawn.std(), 1.0, atol=0.06)
    assert abs(np.corrcoef(drawn) - np.eye(6)).max() < 0.2


def test_other_latents_are_equal_in_the_graph_and_under_xla():
    latents = np.zeros((6, 5), "float32")

    def drawn(**options):
        layer = OtherLatents(seed=1)
        return tf.function(lambda: layer(latents, training=True), **options)()

    np.testing.assert_allclose(drawn(), drawn(jit_compile=True), atol=1e-6)
