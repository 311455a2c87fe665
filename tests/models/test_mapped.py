import contracts
import keras
import numpy as np
import pytest

from kgan import models
from kgan.layers import PixelNormalization

SHAPE = (8, 8, 1)


def _latents(count=4, size=5):
    return np.random.default_rng(0).normal(size=(count, size)).astype("float32")


def _generator():
    return models.mapped_dcgan_generator(SHAPE, 5, mapping_depth=2, width=4)


def test_contract():
    contracts.check_network(_generator, _latents(), (4, *SHAPE), output_range=1)


def test_it_is_the_synthesis_of_the_mapping():
    generator = _generator()
    w = generator.mapping(_latents())
    assert w.shape == (4, 5)
    np.testing.assert_array_equal(generator.synthesis(w), generator(_latents()))
    parts = [*generator.mapping.weights, *generator.synthesis.weights]
    assert {id(v) for v in generator.weights} == {id(v) for v in parts}


def test_it_is_rebuilt_from_its_config():
    generator = _generator()
    copy = models.Mapped.from_config(generator.get_config())
    copy.set_weights(generator.get_weights())
    assert copy.name == generator.name == "generator"
    np.testing.assert_array_equal(copy(_latents()), generator(_latents()))
    assert copy.mapping.name == "mapping"


def test_mapping_network():
    network = models.mapping_network(5, depth=3, width=7)
    dense = [x for x in network.layers if isinstance(x, keras.layers.Dense)]
    assert [layer.kernel.shape for layer in dense] == [(5, 7), (7, 7), (7, 7)]
    leaks = [x for x in network.layers if isinstance(x, keras.layers.LeakyReLU)]
    assert [layer.negative_slope for layer in leaks] == [pytest.approx(0.2)] * 3
    # The length of a latent does not matter: it is normalised first.
    assert isinstance(network.layers[1], PixelNormalization)
    np.testing.assert_allclose(
        network(3.0 * _latents()), network(_latents()), rtol=1e-4, atol=1e-6
    )
    assert models.mapping_network(5, depth=2).output_shape == (None, 5)


def test_half_precision_leaves_the_latents_alone():
    network = models.mapping_network(5, dtype="mixed_bfloat16")
    assert network.get_layer("normalization").compute_dtype == "float32"
    assert network.get_layer("map_0").compute_dtype == "bfloat16"


def test_the_pair():
    generator, discriminator = models.mapped_dcgan(
        SHAPE, latent_dim=5, generator_width=4, discriminator_width=8
    )
    assert isinstance(generator, models.Mapped)
    assert generator.input_shape == (None, 5)
    assert discriminator(generator(_latents())).shape == (4, 1)
    plain = models.dcgan_discriminator(SHAPE, width=8)
    assert discriminator.count_params() == plain.count_params()
    assert len(generator.mapping.trainable_variables) == 2 * 4


def test_the_scale_of_w_does_not_depend_on_the_depth():
    latents = _latents(2000, 64)
    for depth in (1, 8):
        w = np.asarray(models.mapping_network(64, depth)(latents))
        # LeakyReLU halves the mean square, and the kernels double it.
        assert np.mean(w**2) == pytest.approx(1.0, abs=0.4)


def test_a_pair_whose_discriminator_is_an_mlp():
    _, discriminator = models.mapped_dcgan(SHAPE, 5, discriminator_hidden=(6, 7))
    plain = models.mlp_discriminator(SHAPE, (6, 7))
    assert discriminator.count_params() == plain.count_params()


def test_classes_are_refused():
    with pytest.raises(ValueError, match=r"`num_classes` must be None.* Received: 3"):
        models.mapped_dcgan(SHAPE, num_classes=3)
