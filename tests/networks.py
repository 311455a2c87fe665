"""Small networks that exercise what training has to keep apart."""

import keras
import numpy as np

import kgan

LATENT_DIM = 5
IMAGE_SHAPE = (8, 8, 1)
# What every GAN logs; the norms in training alone.
GAME_LOGS = ("d_loss", "g_loss", "d_real", "d_fake", "d_accuracy")
NORMS = ("d_gradient_norm", "g_gradient_norm")


@keras.saving.register_keras_serializable(package="tests")
class PowerIteration(keras.layers.Layer):
    """Moves a vector in each training call, as spectral normalisation does."""

    def build(self, shape):
        self.vector = self.add_weight(
            shape=(shape[-1],), initializer="ones", trainable=False, name="vector"
        )

    def call(self, x, training=False):
        if training:
            self.vector.assign(0.9 * self.vector + 0.1)
            self.vector.assign(self.vector * 1.01)
        return x


@keras.saving.register_keras_serializable(package="tests")
class Standardized(keras.layers.Layer):
    """Moving statistics for a critic, in which BatchNormalization is warned of."""

    def build(self, shape):
        shape = (shape[-1],)
        self.scale = self.add_weight(shape=shape, initializer="ones", name="scale")
        self.mean, self.variance = (
            self.add_weight(
                shape=shape,
                initializer=start,
                trainable=False,
                autocast=False,
                name=name,
            )
            for name, start in (("moving_mean", "zeros"), ("moving_variance", "ones"))
        )

    def call(self, x, training=False):
        mean, variance = self.mean, self.variance
        x = keras.ops.cast(x, "float32")  # as BatchNormalization does
        if training:
            mean, variance = keras.ops.moments(x, axes=list(range(len(x.shape) - 1)))
            self.mean.assign(0.99 * self.mean + 0.01 * mean)
            self.variance.assign(0.99 * self.variance + 0.01 * variance)
        x = (x - mean) / keras.ops.sqrt(variance + 1e-3)
        return self.scale * keras.ops.cast(x, self.compute_dtype)


def images(count=16, seed=0):
    """Random images in [-1, 1]."""
    draw = np.random.default_rng(seed)
    return draw.uniform(-1, 1, (count, *IMAGE_SHAPE)).astype("float32")


def generator(batch_norm=True, num_classes=None):
    """A generator with moving statistics and, if asked, labels."""
    latents = keras.Input((LATENT_DIM,), name="latents")
    x, inputs = latents, latents
    if num_classes:
        labels = keras.Input((), dtype="int32", name="labels")
        embedded = keras.layers.Embedding(num_classes, 3)(labels)
        x, inputs = keras.layers.Concatenate()([latents, embedded]), [latents, labels]
    x = keras.layers.Dense(4 * 4 * 2)(x)
    x = keras.layers.Reshape((4, 4, 2))(x)
    if batch_norm:
        x = keras.layers.BatchNormalization()(x)
    x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same")(x)
    x = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(inputs, x, name="generator")


def discriminator(batch_norm=True, dropout=0.0, num_classes=None):
    """A discriminator with moving statistics, dropout and labels if asked."""
    data = keras.Input(IMAGE_SHAPE, name="images")
    x, inputs = data, data
    if num_classes:
        labels = keras.Input((), dtype="int32", name="labels")
        plane = keras.layers.Embedding(num_classes, 64)(labels)
        plane = keras.layers.Reshape(IMAGE_SHAPE)(plane)
        x, inputs = keras.layers.Concatenate()([data, plane]), [data, labels]
    x = keras.layers.Conv2D(4, 4, strides=2, padding="same")(x)
    if batch_norm:
        x = Standardized()(x)
    x = keras.layers.LeakyReLU(0.2)(x)
    if dropout:
        x = kgan.layers.Dropout(dropout)(x)
    x = PowerIteration()(keras.layers.Flatten()(x))
    x = keras.layers.Dense(1, dtype="float32")(x)
    return keras.Model(inputs, x, name="discriminator")


def gan(
    batch_norm=True,
    dropout=0.0,
    num_classes=None,
    compiled=None,
    learning_rate=0.05,
    **arguments,
):
    """A compiled GAN of the networks above, with SGD unless told otherwise."""
    model = kgan.GAN(
        generator(batch_norm, num_classes),
        discriminator(batch_norm, dropout, num_classes),
        **arguments,
    )
    options = {
        "generator_optimizer": keras.optimizers.SGD(learning_rate),
        "discriminator_optimizer": keras.optimizers.SGD(learning_rate),
        "penalties": [kgan.penalties.R1(1.0)],
    }
    model.compile(**(options | (compiled or {})))
    return model


def linear_gan(loss="minimax", discriminator=None, **compiled):
    """G(z) = z / 2 + 1/4 and, unless it is given, D(x) = 2 x, in one dimension."""
    g, d = (
        keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]) for _ in range(2)
    )
    g.set_weights([np.array([[0.5]]), np.array([0.25])])
    d.set_weights([np.array([[2.0]]), np.array([0.0])])
    model = kgan.GAN(g, discriminator or d, ema_momentum=None)
    model.compile(loss=loss, **compiled)
    return model


def weights(model):
    """Copies of both players' weights, by player and path."""
    return {
        f"{player}/{variable.path}": variable.numpy()
        for player in ("generator", "discriminator")
        for variable in getattr(model, player).weights
    }


def largest_difference(first, second):
    """The largest difference between two models' weights."""
    pairs = zip(first.get_weights(), second.get_weights(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs if a.size)
