"""Networks of mixed precision become networks of float32, with their weights."""

import keras
import numpy as np
import pytest

import kgan
from kgan.export.precision import in_float32


def dtypes(network):
    return {layer.compute_dtype for layer in network._flatten_layers()}


def test_a_network_of_float32_is_returned_as_it_is():
    network = kgan.models.mlp_generator((2,), latent_dim=3)
    assert in_float32(network) is network


def nested(policy):
    """A network within a network, with a wrapped layer."""
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, dtype=policy)])
    inputs = keras.Input((4,), dtype="float32")
    dense = keras.layers.Dense(3, dtype=policy)
    x = kgan.layers.SpectralNormalization(dense)(inner(inputs))
    return keras.Model(inputs, keras.layers.Activation("tanh", dtype="float32")(x))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "bfloat16"])
def test_all_layers_become_exact_whatever_holds_them(policy):
    network = nested(policy)
    copy = in_float32(network)
    assert dtypes(copy) == {"float32"}
    for mine, theirs in zip(copy.weights, network.weights, strict=True):
        assert mine.dtype == "float32"
        np.testing.assert_array_equal(mine, np.float32(theirs))
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_allclose(copy(x), network(x), atol=0.05)
    assert np.abs(np.asarray(copy(x)) - np.asarray(network(x))).max() > 0


class Unknown(keras.Model):
    """A network that cannot be built again."""

    def __init__(self, policy):
        super().__init__(dtype=policy)
        self.dense = keras.layers.Dense(2, dtype=policy)

    def get_config(self):
        raise NotImplementedError("no configuration")


def test_a_network_that_cannot_be_built_again_is_one_sentence():
    with pytest.raises(ValueError, match=r"mixed_bfloat16.*get_config.* no config"):
        in_float32(Unknown("mixed_bfloat16"))
    network = Unknown("float32")
    assert in_float32(network) is network
