import contracts
import keras
import numpy as np
import pytest

from kgan import models
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
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.dcgan(**{"image_shape": (8, 8, 1), **arguments})
