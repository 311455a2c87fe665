"""What images and labels must be, in every batch of what `fit` takes."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan

DATA = networks.images(64)
LABELS = np.arange(64) % 3


def batches(images=DATA, labels=None):
    given = images if labels is None else (images, labels)
    return tf.data.Dataset.from_tensor_slices(given).batch(8)


@pytest.mark.parametrize("compiled", [{}, {"jit_compile": True}])
@pytest.mark.parametrize("wrong", [-1, 3])
def test_a_later_label_is_no_class(wrong, compiled):
    labels = LABELS.copy()
    labels[42] = wrong
    gan = networks.gan(num_classes=3, compiled=compiled)
    message = rf"labels must lie in \[0, 3\)\. Received: {wrong} in example 2 .*step 6"
    with pytest.raises(ValueError, match=message):
        gan.fit(batches(labels=labels), verbose=0)
    assert gan.step == 5
    with pytest.raises(ValueError, match=f"Received: {wrong} in example 42"):
        gan.fit(DATA, labels, verbose=0)


def test_a_later_image_is_not_scaled():
    images = DATA.copy()
    images[42] = 127.5 * (images[42] + 1)
    gan = networks.gan()
    message = r"images must lie in \[-1, 1\].* in example 2 .*127\.5 - 1.*of step 6"
    with pytest.raises(ValueError, match=message):
        gan.fit(batches(images), verbose=0)
    assert gan.step == 5


BRIGHT = (DATA + 1) / 2
MESSAGE = r"images must have values below 0.*first 8 batches.*reach .*x \* 2 - 1"


def as_iterator(images):
    return (batch.numpy() for batch in batches(images))


class Sequence(keras.utils.PyDataset):
    def __init__(self, images):
        super().__init__()
        self.images = images

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return self.images[8 * index : 8 * index + 8]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # of an iterator
@pytest.mark.parametrize("wrap", [batches, as_iterator, Sequence, np.array])
def test_images_in_0_to_1_are_refused(wrap):
    gan = networks.gan()
    with pytest.raises(ValueError, match=MESSAGE):
        gan.fit(wrap(BRIGHT), batch_size=8, verbose=0)
    assert gan.step == 0
    late = BRIGHT.copy()
    late[60, 0, 0, 0] = -0.5  # in the eighth batch
    gan.fit(wrap(late), batch_size=8, verbose=0)
    assert gan.step == 8


def test_held_out_images_in_0_to_1_are_refused():
    with pytest.raises(ValueError, match=MESSAGE):
        networks.gan().fit(DATA, validation_data=batches(BRIGHT), verbose=0)


def test_images_of_which_no_pixel_is_dark_may_be_meant():
    gan = networks.gan(as_images=False)
    gan.fit(3 * BRIGHT, batch_size=8, verbose=0)
    assert gan.step == 8


@pytest.fixture
def channels_first():
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format("channels_last")


def judge(**options):
    convolution = keras.layers.Conv2D(2, 3, padding="same", **options)
    layers = [convolution, keras.layers.Flatten(), keras.layers.Dense(1)]
    return keras.Sequential([keras.Input((8, 8, 1)), *layers])


def test_channels_first_is_refused(channels_first):
    for build in (
        lambda: kgan.models.dcgan((8, 8, 1)),
        lambda: kgan.models.mlp((8, 8, 1)),
        lambda: kgan.GAN(networks.generator(batch_norm=False), judge()),
    ):
        with pytest.raises(ValueError, match=r"image_data_format.*keras\.json"):
            build()


def test_networks_that_say_channels_last_are_taken(channels_first):
    layers = [keras.layers.Dense(64, "tanh"), keras.layers.Reshape((8, 8, 1))]
    generator = keras.Sequential([keras.Input((3,)), *layers])
    gan = kgan.GAN(generator, judge(data_format="channels_last"))
    gan.compile()
    gan.fit(DATA, batch_size=8, verbose=0)
    assert gan.step == 8


def scales(shape, activation):
    x = latents = keras.Input((networks.LATENT_DIM,))
    image = keras.layers.Dense(64, activation="tanh")(x)
    mask = keras.layers.Dense(16, activation=activation)(x)
    outputs = {
        "image": keras.layers.Reshape((8, 8, 1))(image),
        "mask": keras.layers.Reshape(shape)(mask),
    }
    generator = keras.Model(latents, outputs)
    inputs = {"image": (8, 8, 1), "mask": shape}
    inputs = {name: keras.Input(s, name=name) for name, s in inputs.items()}
    flat = [keras.layers.Flatten()(x) for x in inputs.values()]
    both = keras.layers.Concatenate()(flat)
    return generator, keras.Model(inputs, keras.layers.Dense(1)(both))


def test_a_mask_beside_an_image_has_no_value_below_0():
    gan = kgan.GAN(*scales((4, 4, 1), "sigmoid"))
    gan.compile()
    mask = (networks.images(64)[:, ::2, ::2] > 0).astype("float32")
    gan.fit({"image": DATA, "mask": mask}, batch_size=8, verbose=0)
    for wrong, message in (
        ({"image": BRIGHT, "mask": mask}, "images must have values below 0"),
        ({"image": DATA, "mask": 255 * mask}, r"'real\.mask' must lie in \[-1, 1\]"),
    ):
        with pytest.raises(ValueError, match=message):
            gan.fit(wrong, batch_size=8, verbose=0)


def test_what_is_no_image_cannot_be_one():
    for shape, given in (((2,), True), ((8, 8, 1), "no"), ((8, 8, 1), 1)):
        with pytest.raises(ValueError, match=r"`as_images` must be.*Received: "):
            kgan.GAN(*kgan.models.mlp(shape, latent_dim=2), as_images=given)
