"""What networks return before the first step, where their layers do not tell."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan

DATA = networks.images(16)


@keras.saving.register_keras_serializable(package="tests")
class Judge(keras.Model):
    """A discriminator whose layers nobody sees, as in many a public example."""

    def __init__(self, activation=None, kernel="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.flatten = keras.layers.Flatten()
        self.dense = keras.layers.Dense(
            1, activation=activation, kernel_initializer=kernel
        )

    def call(self, x):
        return self.dense(self.flatten(x))


@keras.saving.register_keras_serializable(package="tests")
class Painter(keras.Model):
    """A generator of that kind, which keeps what it was called with."""

    def __init__(self, activation="tanh", **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(64, activation=activation)
        self.reshape = keras.layers.Reshape((8, 8, 1))
        self.dtypes = set()

    def call(self, latents):
        self.dtypes.add(latents.dtype.name)
        return self.reshape(self.dense(latents))

    def get_config(self):
        return {}


def gan(generator=None, discriminator=None, **arguments):
    generator = networks.generator() if generator is None else generator
    discriminator = networks.discriminator() if discriminator is None else discriminator
    given = {"prior": kgan.priors.Normal(networks.LATENT_DIM), "ema_momentum": None}
    found = kgan.GAN(generator, discriminator, **given | arguments)
    found.compile()
    return found


def test_a_sigmoid_inside_a_subclassed_discriminator():
    message = "discriminator judge returned values from .* to 1, .*ends in a sigmoid"
    found = gan(discriminator=Judge("sigmoid", name="judge"))
    with pytest.warns(UserWarning, match=message) as seen:
        found.fit(DATA, batch_size=8, epochs=2, verbose=0)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "judge",
    [
        Judge,
        lambda: Judge(kernel="zeros"),  # starts with zeros, as StyleGAN's last layers
        lambda: keras.Sequential([keras.Input((8, 8, 1)), Judge()]),
    ],
)
def test_logits_are_not_warned_of(judge):
    gan(discriminator=judge()).fit(DATA, batch_size=8, verbose=0)


class Levels(Judge):
    """Looks up the levels of bytes, of which there are no others."""

    def __init__(self):
        super().__init__()
        self.levels = keras.layers.Embedding(256, 2)

    def call(self, x):
        levels = tf.cast(tf.round((x + 1.0) * 127.5), tf.int32)
        tf.debugging.assert_less(levels, 256)
        return super().call(self.levels(levels))


class Log(Judge):
    def call(self, x):
        return super().call(tf.math.log(x + 1.01))


class Counting(Judge):
    def call(self, x):
        self.rows = max(getattr(self, "rows", 0), x.shape[0] or 0)
        return super().call(x)


@pytest.mark.parametrize("judge", [Levels, Log])
def test_a_discriminator_of_images_alone_trains(judge):
    gan(discriminator=judge()).fit(DATA, batch_size=8, verbose=0)


def test_few_examples_are_looked_at():
    judge = Counting()
    found = gan(discriminator=judge)
    judge.rows = 0
    found.look_at_networks(networks.images(64))
    assert judge.rows == 16


def test_held_out_data_are_not_looked_at_again():
    found = gan(discriminator=Judge("sigmoid"))
    with pytest.warns(UserWarning, match="ends in a sigmoid") as seen:
        found.fit(DATA, validation_data=DATA, batch_size=8, verbose=0)
    assert len(seen) == 1


def test_a_sigmoid_inside_a_subclassed_generator():
    message = "generator painter returned values from .*, none below 0.*tanh"
    with pytest.warns(UserWarning, match=message):
        gan(Painter("sigmoid", name="painter")).fit(DATA, batch_size=8, verbose=0)
    gan(Painter()).fit(DATA, batch_size=8, verbose=0)


def test_floats_of_any_range_may_be_positive():
    found = gan(Painter("softplus"), as_images=False)
    found.fit(DATA + 5.0, batch_size=8, verbose=0)
    assert found.step == 2


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("momentum", [None, 0.9])
def test_latents_reach_a_subclassed_generator_in_float32(policy, momentum):
    keras.config.set_dtype_policy(policy)
    painter, judge = Painter(), Judge()
    found = gan(painter, judge, ema_momentum=momentum)
    found.fit(DATA, batch_size=8, verbose=0)
    found.generate(3)
    found(tf.zeros((2, networks.LATENT_DIM)))
    assert painter.dtypes == {"float32"}
    if momentum is not None:
        assert found.ema_generator.dtypes == {"float32"}
    assert painter.dense.compute_dtype == policy.removeprefix("mixed_")
    # NumPy arrays still are what a user may call them with.
    assert judge(np.zeros((2, 8, 8, 1), "float32")).shape == (2, 1)
