import contracts
import keras
import numpy as np
import pytest

from kgan import models
from kgan.layers import (
    Dropout,
    Maxout,
    MinibatchStandardDeviation,
    Projection,
    SpectralNormalization,
)

BATCH = 4
CASES = [((1,), None), ((3,), 3), ((5, 4, 2), None)]


def _normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _labels():
    return np.arange(BATCH, dtype="int32") % 3


@pytest.mark.parametrize(("shape", "num_classes"), CASES)
def test_generator_contract(shape, num_classes):
    latents = _normal(BATCH, 6)
    contracts.check_network(
        lambda: models.mlp_generator(
            shape, latent_dim=6, hidden=(8, 7), num_classes=num_classes
        ),
        inputs=[latents, _labels()] if num_classes else latents,
        output_shape=(BATCH, *shape),
        output_range=1 if len(shape) == 3 else None,
    )


@pytest.mark.parametrize(("shape", "num_classes"), CASES)
@pytest.mark.parametrize(
    "kind", [{}, {"maxout_pieces": 3, "dropout": 0.5, "input_dropout": 0.2}]
)
def test_discriminator_contract(shape, num_classes, kind):
    data = _normal(BATCH, *shape)
    contracts.check_network(
        lambda: models.mlp_discriminator(
            shape, hidden=(16, 12), num_classes=num_classes, **kind
        ),
        inputs=[data, _labels()] if num_classes else data,
        output_shape=(BATCH, 1),
    )


STABILITY = {
    "spectral": {"spectral_normalization": True},
    # Between kinks no deviation depends on a bias: both modes would round to zero.
    "minibatch": {"minibatch_group": 2, "activation": "tanh"},
    "projection": {"conditioning": "projection", "num_classes": 3},
    "all": {
        "conditioning": "projection",
        "num_classes": 3,
        "spectral_normalization": True,
        "minibatch_group": 4,
        "activation": "tanh",
    },
}


@pytest.mark.parametrize("options", STABILITY.values(), ids=STABILITY)
def test_discriminator_contract_of_each_option(options):
    data = _normal(BATCH, 3)
    contracts.check_network(
        lambda: models.mlp_discriminator((3,), hidden=(16, 12), **options),
        inputs=[data, _labels()] if "num_classes" in options else data,
        output_shape=(BATCH, 1),
    )


def test_spectral_normalisation_is_of_all_linear_maps():
    network = models.mlp_discriminator(
        (3,), hidden=(4, 5), heads={"codes": 2}, spectral_normalization=True
    )
    wrapped = [x for x in network.layers if isinstance(x, SpectralNormalization)]
    names = {layer.name: layer.layer.units for layer in wrapped}
    assert names == {"hidden_1": 4, "hidden_2": 5, "logits": 1, "codes": 2}
    plain = models.mlp_discriminator((3,), hidden=(4, 5), heads={"codes": 2})
    assert not any(isinstance(x, SpectralNormalization) for x in plain.layers)


def test_minibatch_deviation_stands_before_the_logits():
    network = models.mlp_discriminator((3,), hidden=(4,), minibatch_group=2)
    *_, layer, logits = network.layers
    assert isinstance(layer, MinibatchStandardDeviation)
    assert layer.group_size == 2
    assert logits.kernel.shape == (5, 1)
    pairs = _normal(4, 3)
    other = np.concatenate([pairs[:2], -pairs[2:]])
    first, second = (network(data).numpy() for data in (pairs, other))
    np.testing.assert_array_equal(first[:2], second[:2])


@pytest.mark.parametrize("conditioning", ["concatenation", "projection", "none"])
def test_conditioning_says_where_the_class_comes_in(conditioning):
    network = models.mlp_discriminator(
        (3,), hidden=(4,), num_classes=3, conditioning=conditioning
    )
    first = network.get_layer("hidden_1").kernel.shape[0]
    assert first == (6 if conditioning == "concatenation" else 3)
    assert len(network.inputs) == (1 if conditioning == "none" else 2)
    of_class = isinstance(network.get_layer("logits"), Projection)
    assert of_class == (conditioning == "projection")
    data = _normal(BATCH, 3)
    if conditioning != "none":
        logits = [network([data, np.full(BATCH, label)]) for label in (0, 1)]
        assert np.all(logits[0] != logits[1])


def test_further_heads():
    network = models.mlp_discriminator((3,), hidden=(4,), heads={"styles": 5})
    outputs = network(_normal(BATCH, 3))
    shapes = {name: tuple(output.shape) for name, output in outputs.items()}
    assert shapes == {"logits": (BATCH, 1), "styles": (BATCH, 5)}


def test_pair_passes_what_stabilises_on():
    _, discriminator = models.mlp(
        (3,),
        num_classes=4,
        spectral_normalization=True,
        minibatch_group=8,
        conditioning="projection",
        heads={"styles": 5},
    )
    assert discriminator.get_layer("minibatch_deviation").group_size == 8
    assert discriminator.get_layer("logits").num_classes == 4
    assert discriminator.get_layer("logits").spectral_normalization
    assert set(discriminator.output) == {"logits", "styles"}


@pytest.mark.parametrize("shape", [(2,), (4, 3, 2)])
def test_packing_packs_the_discriminator_alone(shape):
    generator, discriminator = models.mlp(
        shape, latent_dim=2, packing=2, dropout=0.5, discriminator_hidden=(6,)
    )
    assert generator.output_shape == (None, *shape)
    assert (discriminator.samples, discriminator.name) == (2, "discriminator")
    inner = discriminator.packed_network
    assert inner.input_shape == (None, *shape[:-1], 4)
    assert inner.get_layer("dropout_1").rate == 0.5
    assert discriminator(generator(_normal(BATCH, 2))).shape == (BATCH // 2, 1)


def test_pair_fits_and_passes_arguments_on():
    generator, discriminator = models.mlp(
        (3,),
        latent_dim=2,
        num_classes=4,
        generator_hidden=(5,),
        generator_activation="leaky_relu",
        output_activation="tanh",
        discriminator_hidden=(6, 7),
        discriminator_activation="relu",
        dropout=0.25,
        input_dropout=0.125,
    )
    assert (generator.name, discriminator.name) == ("generator", "discriminator")
    labels = keras.ops.convert_to_tensor(_labels())
    latents = keras.random.normal((BATCH, 2), seed=0)
    logits = discriminator([generator([latents, labels]), labels])
    assert logits.shape == (BATCH, 1)
    assert generator.get_layer("hidden_1").units == 5
    assert generator.get_layer("hidden_1").activation is keras.activations.leaky_relu
    assert generator.get_layer("output").activation is keras.activations.tanh
    assert discriminator.get_layer("hidden_2").units == 7
    assert discriminator.get_layer("hidden_2").activation is keras.activations.relu
    assert discriminator.get_layer("input_dropout").rate == 0.125
    assert discriminator.get_layer("dropout_2").rate == 0.25


def test_networks_of_2014():
    uniform = keras.initializers.RandomUniform
    generator, discriminator = models.mlp(
        (28, 28, 1),
        latent_dim=100,
        generator_hidden=(1200, 1200),
        generator_initializer=uniform(-0.05, 0.05),
        discriminator_hidden=(240, 240),
        discriminator_initializer=uniform(-0.005, 0.005),
        maxout_pieces=5,
        input_dropout=0.2,
        dropout=0.5,
    )
    dense = [100 * 1200 + 1200, 1200 * 1200 + 1200, 1200 * 784 + 784]
    assert generator.count_params() == sum(dense)
    maxout = [784 * 1200 + 1200, 240 * 1200 + 1200, 240 + 1]
    assert discriminator.count_params() == sum(maxout)
    kinds = [type(layer) for layer in discriminator.layers[2:]]
    assert kinds == [Dropout, Maxout, Dropout, Maxout, Dropout, keras.layers.Dense]
    assert [discriminator.layers[i].rate for i in (2, 4, 6)] == [0.2, 0.5, 0.5]
    for network, bound in ((generator, 0.05), (discriminator, 0.005)):
        for kernel in (v.numpy() for v in network.weights if v.name == "kernel"):
            assert 0.9 * bound < np.abs(kernel).max() <= bound


def test_kernels_of_equal_shape_differ():
    network = models.mlp_generator(
        (2,), 8, hidden=(8, 8), kernel_initializer=keras.initializers.RandomNormal()
    )
    first, second = (network.get_layer(f"hidden_{i}").kernel.numpy() for i in (1, 2))
    assert np.all(first != second)


def test_no_hidden_layer_makes_it_linear():
    generator = models.mlp_generator((2,), latent_dim=3, hidden=())
    assert generator.count_params() == 3 * 2 + 2


def test_own_dtype_beats_the_policy():
    keras.config.set_dtype_policy("mixed_float16")
    for network in models.mlp((2,), dtype="float32"):
        dtypes = {layer.compute_dtype for layer in contracts.computing_layers(network)}
        assert dtypes == {"float32"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data_shape": (8, 8)}, "`data_shape` must be"),
        ({"latent_dim": 0}, "`latent_dim` must be an integer of at least 1"),
        ({"num_classes": 1}, "`num_classes` must be an integer of at least 2"),
        (
            {"generator_hidden": 64},
            r"`hidden` must be a tuple of integers. Received: 64",
        ),
        ({"discriminator_hidden": (8, 0)}, "`hidden` must be an integer of at least 1"),
        ({"maxout_pieces": 0}, "`maxout_pieces` must be an integer of at least 1"),
        ({"dropout": 1.0}, r"`rate` must lie in \[0, 1\). Received: 1.0"),
        ({"input_dropout": -0.5}, r"`rate` must lie in \[0, 1\). Received: -0.5"),
        ({"conditioning": "projection"}, "must not be 'projection' without labels"),
        ({"conditioning": "concat"}, "Did you mean 'concatenation'"),
        ({"spectral_normalization": True, "maxout_pieces": 2}, "Maxout|maxout_pieces"),
        ({"minibatch_group": 0}, "`group_size` must be a positive integer.*0"),
        ({"heads": {"logits": 3}}, "`heads` must be a dictionary"),
        ({"packing": 0}, "`packing` must be an integer of at least 1"),
        ({"packing": 2, "num_classes": 3}, "`packing` must be 1 where D takes classes"),
        ({"packing": 2, "heads": {"codes": 3}}, "`packing` must be 1 .* further heads"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.mlp(**{"data_shape": (2,), **arguments})
