import contracts
import keras
import numpy as np
import pytest

from kgan import models
from kgan.layers import Projection, SelfAttention, SpectralNormalization
from kgan.models.dcgan import stage_sizes

BATCH = 4
# Odd, not square, of one pixel; gray, two planes, colour, colour with transparency.
CASES = [((8, 8, 1), None), ((9, 30, 4), 3), ((1, 1, 2), None)]


def _normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def _images(*shape):
    return np.tanh(_normal(*shape))


def _labels():
    return np.arange(BATCH, dtype="int32") % 3


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((28, 28), [(28, 28), (14, 14), (7, 7)]),
        ((32, 32), [(32, 32), (16, 16), (8, 8), (4, 4)]),
        ((30, 50), [(30, 50), (15, 25), (8, 13), (4, 7)]),
        ((8, 8), [(8, 8), (4, 4)]),
        ((7, 4), [(7, 4), (4, 2)]),
        ((1, 1), [(1, 1), (1, 1)]),
        ((5, 16), [(5, 16), (5, 8), (5, 4)]),
        ((127, 63), [(127, 63), (64, 32), (32, 16), (16, 8), (8, 4), (4, 4)]),
    ],
)
def test_stage_sizes(size, expected):
    assert stage_sizes(size) == expected


@pytest.mark.parametrize(("shape", "num_classes"), CASES)
def test_generator_contract(shape, num_classes):
    latents = _normal(BATCH, 5)
    contracts.check_network(
        lambda: models.dcgan_generator(
            shape, latent_dim=5, width=4, num_classes=num_classes
        ),
        inputs=[latents, _labels()] if num_classes else latents,
        output_shape=(BATCH, *shape),
        output_range=1,
    )


@pytest.mark.parametrize(("shape", "num_classes"), CASES)
def test_discriminator_contract(shape, num_classes):
    images = _images(BATCH, *shape)
    contracts.check_network(
        lambda: models.dcgan_discriminator(shape, width=4, num_classes=num_classes),
        inputs=[images, _labels()] if num_classes else images,
        output_shape=(BATCH, 1),
    )


def test_discriminator_with_batch_norm_contract():
    contracts.check_network(
        lambda: models.dcgan_discriminator(
            (16, 16, 1), width=4, batch_normalization=True
        ),
        inputs=_images(BATCH, 16, 16, 1),
        output_shape=(BATCH, 1),
    )


def with_open_attention(network):
    """Lets attention speak, which starts silent: no gradient would reach it."""
    for layer in network.layers:
        if isinstance(layer, SelfAttention):
            layer.gamma.assign(1.0)
    return network


STABILITY = {
    "spectral": {"spectral_normalization": True},
    "attention": {"attention_at": 4},
    # Without attention no deviation depends on a bias: all modes would round to zero.
    "minibatch": {"minibatch_group": 2, "attention_at": 4},
    "all": {
        "conditioning": "projection",
        "num_classes": 3,
        "spectral_normalization": True,
        "attention_at": 4,
        "minibatch_group": 4,
    },
}


@pytest.mark.parametrize("options", STABILITY.values(), ids=STABILITY)
def test_discriminator_contract_of_each_option(options):
    images = _images(BATCH, 8, 8, 1)
    contracts.check_network(
        lambda: with_open_attention(
            models.dcgan_discriminator((8, 8, 1), width=8, **options)
        ),
        inputs=[images, _labels()] if "num_classes" in options else images,
        output_shape=(BATCH, 1),
    )


@pytest.mark.parametrize("attention_at", [None, 8])
def test_generator_contract_with_classes_by_the_norm(attention_at):
    contracts.check_network(
        lambda: with_open_attention(
            models.dcgan_generator(
                (8, 8, 1),
                latent_dim=5,
                width=8,
                num_classes=3,
                conditional_normalization=True,
                attention_at=attention_at,
            )
        ),
        inputs=[_normal(BATCH, 5), _labels()],
        output_shape=(BATCH, 8, 8, 1),
        output_range=1,
    )


def test_spectral_normalisation_is_of_all_convolutions_and_linear_maps():
    network = models.dcgan_discriminator(
        (16, 16, 1), 8, spectral_normalization=True, attention_at=8, heads={"styles": 3}
    )
    names = [x.name for x in network.layers if isinstance(x, SpectralNormalization)]
    assert set(names) == {"down_1", "down_2", "logits", "styles"}
    assert network.get_layer("attention").spectral_normalization
    plain = models.dcgan_discriminator((16, 16, 1), 8, attention_at=8)
    assert not any(isinstance(x, SpectralNormalization) for x in plain.layers)
    assert not plain.get_layer("attention").spectral_normalization


def test_spectral_normalisation_stands_before_the_batchs():
    network = models.dcgan_discriminator(
        (16, 16, 1), 8, batch_normalization=True, spectral_normalization=True
    )
    names = [layer.name for layer in network.layers]
    first = names.index("down_2")
    assert names[first : first + 3] == ["down_2", "down_2_norm", "down_2_relu"]
    assert not network.get_layer("down_2").layer.use_bias


def test_attention_stands_at_the_stage_of_its_resolution():
    generator, discriminator = models.dcgan((16, 20, 1), width=8, attention_at=10)
    for network, name in ((generator, "up_1_relu"), (discriminator, "down_1_relu")):
        names = [layer.name for layer in network.layers]
        assert names[names.index(name) + 1] == "attention"
        assert network.get_layer("attention").input.shape[1:3] == (8, 10)


def test_minibatch_deviation_stands_at_the_smallest_stage():
    network = models.dcgan_discriminator((16, 16, 1), 8, minibatch_group=2)
    layer = network.get_layer("minibatch_deviation")
    assert layer.group_size == 2
    assert layer.input.shape == (None, 4, 4, 16)
    assert network.get_layer("logits").kernel.shape == (4 * 4 * 17, 1)


@pytest.mark.parametrize("conditioning", ["concatenation", "projection", "none"])
def test_conditioning_says_where_the_class_comes_in(conditioning):
    network = models.dcgan_discriminator(
        (8, 8, 1), 4, num_classes=3, conditioning=conditioning
    )
    channels = network.get_layer("down_1").kernel.shape[2]
    assert channels == (2 if conditioning == "concatenation" else 1)
    assert len(network.inputs) == (1 if conditioning == "none" else 2)
    of_class = isinstance(network.get_layer("logits"), Projection)
    assert of_class == (conditioning == "projection")


def test_classes_by_the_norm_are_in_every_norm_and_not_beside_the_latents():
    network = models.dcgan_generator(
        (16, 16, 1), 5, 4, conditional_normalization=True, num_classes=3
    )
    assert network.get_layer("base").kernel.shape[0] == 5
    norms = [layer for layer in network.layers if layer.name.endswith("norm")]
    assert [layer.name for layer in norms] == ["base_norm", "up_1_norm", "up_0_norm"]
    assert {layer.num_classes for layer in norms} == {3}


def test_classes_by_the_norm_need_classes():
    with pytest.raises(ValueError, match="must be False without labels"):
        models.dcgan((8, 8, 1), 5, width=4, conditional_normalization=True)


def test_pair_passes_what_stabilises_on():
    generator, discriminator = models.dcgan(
        (8, 8, 1),
        width=8,
        num_classes=4,
        spectral_normalization=True,
        minibatch_group=8,
        conditional_normalization=True,
        conditioning="projection",
        heads={"styles": 5},
    )
    assert generator.get_layer("base_norm").num_classes == 4
    assert discriminator.get_layer("minibatch_deviation").group_size == 8
    assert discriminator.get_layer("logits").num_classes == 4
    assert isinstance(discriminator.get_layer("down_1"), SpectralNormalization)
    outputs = discriminator([_images(2, 8, 8, 1), np.array([0, 3])])
    assert outputs["styles"].shape == (2, 5)


def test_packing_packs_the_discriminator_alone():
    generator, discriminator = models.dcgan(
        (16, 16, 3), latent_dim=2, width=4, packing=2, attention_at=8
    )
    assert generator.output_shape == (None, 16, 16, 3)
    assert discriminator.packed_network.input_shape == (None, 16, 16, 6)
    assert discriminator.packed_network.get_layer("attention") is not None
    assert discriminator(generator(_normal(BATCH, 2))).shape == (BATCH // 2, 1)


@pytest.mark.parametrize("shape", [(28, 28, 1), (30, 50, 4), (127, 63, 3), (64, 64, 3)])
def test_pair_fits_at_any_size(shape):
    generator, discriminator = models.dcgan(shape, latent_dim=3, width=2, max_width=5)
    images = generator(_normal(2, 3))
    assert images.shape == (2, *shape)
    assert discriminator(images).shape == (2, 1)


def test_channels_mirror_each_other_up_to_the_largest():
    generator, discriminator = models.dcgan((64, 64, 3), width=16, max_width=48)
    ups = [generator.get_layer(f"up_{i}").filters for i in (3, 2, 1, 0)]
    downs = [discriminator.get_layer(f"down_{i}").filters for i in (4, 3, 2, 1)]
    assert ups == [48, 32, 16, 8]
    assert downs == [48, 48, 32, 16]
    assert generator.get_layer("base_shape").target_shape == (4, 4, 48)


def test_weights_start_as_radford_has_them():
    networks = models.dcgan(
        (16, 16, 16),
        width=32,
        discriminator_batch_normalization=True,
        discriminator_initializer=keras.initializers.RandomNormal(stddev=0.02),
    )
    for network in networks:
        for variable in network.weights:
            values = variable.numpy()
            if variable.name == "kernel":
                assert values.std() == pytest.approx(0.02, rel=0.1)
                assert abs(values.mean()) < 0.002
            if variable.name == "gamma":
                assert values.mean() == pytest.approx(1.0, abs=0.02)
                assert 0 < values.std() < 0.05


@pytest.mark.parametrize("batch_normalization", [False, True])
def test_logits_depend_on_their_own_example_without_batch_norm(batch_normalization):
    network = models.dcgan_discriminator(
        (16, 16, 1), width=8, batch_normalization=batch_normalization
    )
    images = _images(BATCH, 16, 16, 1)
    changed = np.concatenate([images[:1], -images[1:]])
    logits = [network(batch, training=True)[0, 0] for batch in (images, changed)]
    alike = np.isclose(logits[0], logits[1], rtol=1e-4, atol=0)
    assert alike != batch_normalization


def test_first_convolution_is_never_normalized():
    network = models.dcgan_discriminator((28, 28, 1), 4, batch_normalization=True)
    norms = [v.name for v in network.layers if "norm" in v.name]
    assert norms == ["down_2_norm"]


@pytest.mark.parametrize("builder", ["generator", "discriminator"])
def test_label_changes_the_output(builder):
    generator, discriminator = models.dcgan((8, 8, 1), latent_dim=4, num_classes=3)
    network = generator if builder == "generator" else discriminator
    example = np.zeros((1, *network.inputs[0].shape[1:]), "float32")
    outputs = [network([example, np.array([label])]).numpy() for label in range(3)]
    assert len({output.tobytes() for output in outputs}) == 3
    assert network.get_layer("class_embedding").input_dim == 3


def test_class_starts_quietly():
    generator, discriminator = models.dcgan((16, 16, 1), latent_dim=4, num_classes=20)
    one_hot = generator.get_layer("class_embedding").embeddings.numpy()
    np.testing.assert_array_equal(one_hot, np.eye(20))
    maps = discriminator.get_layer("class_embedding").embeddings.numpy()
    assert maps.shape == (20, 16 * 16)
    assert maps.std() == pytest.approx(0.1, rel=0.05)


def test_no_pixel_of_the_generator_is_favoured():
    # A kernel of ones on a plane of ones shows how many weights reach each pixel.
    layer = keras.layers.Conv2DTranspose(
        1, 4, strides=2, padding="same", kernel_initializer="ones"
    )
    reached = layer(np.ones((1, 6, 6, 1), "float32")).numpy()[0, 1:-1, 1:-1, 0]
    assert np.all(reached == 4)


def test_own_dtype_beats_the_policy():
    keras.config.set_dtype_policy("mixed_float16")
    for network in models.dcgan((8, 8, 1), num_classes=2, dtype="float32"):
        dtypes = {layer.compute_dtype for layer in contracts.computing_layers(network)}
        assert dtypes == {"float32"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": (28, 28)}, r"`image_shape` must be \(height, width, channels"),
        ({"image_shape": (28, 28, 0)}, r"`image_shape` .* Received: \(28, 28, 0\)"),
        ({"latent_dim": 0}, "`latent_dim` must be an integer of at least 1"),
        (
            {"num_classes": 1},
            "`num_classes` must be an integer of at least 2",
        ),
        ({"width": 1}, "`width` must be an integer of at least 2"),
        ({"max_width": 0}, "`max_width` must be an integer of at least 1"),
        # Of its two stages G has one that D has not, and the other way round.
        ({"attention_at": 5}, r"`attention_at` .* network: 8\. Received: 5"),
        ({"attention_at": 8}, r"`attention_at` .* network: 4\. Received: 8"),
        ({"conditioning": "projection"}, "must not be 'projection' without labels"),
        ({"minibatch_group": 0}, "`group_size` must be a positive integer.*0"),
        ({"heads": ["styles"]}, "`heads` must be a dictionary"),
        ({"packing": -1}, "`packing` must be an integer of at least 1"),
        ({"packing": 2, "num_classes": 3}, "`packing` must be 1 where D takes classes"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.dcgan(**{"image_shape": (8, 8, 1), **arguments})
