"""A variational autoencoder: the explicit model to which the GAN is compared.

log p(x) ≥ E log p(x | z) − KL(q(z | x) ‖ p(z)),  z ~ q(z | x)

Kingma and Welling, "Auto-Encoding Variational Bayes" (2014), equation 3.
"""

import keras
import numpy as np
from keras import layers, ops


class VAE(keras.Model):
    """Maximises the bound with p(z) = N(0, 1) and p(x | z) = N(decoder(z), σ²).

    σ is one learned number. q(z | x) is a Gaussian with diagonal covariance.

    Args:
        encoder: Model from data to `(batch, 2 * latent_dim)`: means, log variances.
        decoder: Model from latents to the mean of p(x | z).
    """

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        # Starting from σ = 1 the noise hides the data, and z is given up for good.
        start = keras.initializers.Constant(-1.0)
        self.log_stddev = self.add_weight(shape=(), initializer=start)
        self.draws = keras.random.SeedGenerator(0)
        self.built = True

    def call(self, x):
        """Returns the bound on log p(x) in nats, float32 of shape `(batch,)`."""
        mean, log_variance = ops.split(self.encoder(x), 2, axis=-1)
        noise = keras.random.normal(ops.shape(mean), seed=self.draws)
        decoded = self.decoder(mean + ops.exp(log_variance / 2) * noise)
        likelihood = log_normal(x, decoded, self.log_stddev)
        bound = likelihood - divergence(mean, log_variance)
        self.add_loss(-ops.mean(bound))
        return bound

    def sample(self, num: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Draws latents; gives the means of p(x | z), and a draw from each."""
        generator = np.random.default_rng(seed)
        latents = generator.normal(size=(num, *self.decoder.input_shape[1:]))
        means = self.decoder.predict(latents.astype("float32"), verbose=0)
        noise = generator.normal(size=means.shape).astype("float32")
        return means, means + float(ops.exp(self.log_stddev)) * noise


def log_normal(x, mean, log_stddev):
    """Returns log N(x; mean, σ²), summed over all axes but the first."""
    z = (x - mean) / ops.exp(log_stddev)
    terms = -0.5 * ops.square(z) - log_stddev - float(0.5 * np.log(2 * np.pi))
    return ops.sum(ops.reshape(terms, (ops.shape(x)[0], -1)), axis=-1)


def divergence(mean, log_variance):
    """Returns KL(N(mean, e^log_variance) ‖ N(0, 1)), summed over the last axis."""
    terms = ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance
    return 0.5 * ops.sum(terms, axis=-1)


def train(decoder: keras.Model, data, hidden: tuple, epochs: int, rounds: int) -> VAE:
    """Trains a VAE whose encoder mirrors the decoder.

    Args:
        decoder: A generator of kgan: here its samples are the means of p(x | z).
        data: `tf.data.Dataset` of batches.
        hidden: Units of the encoder's hidden layers.
        epochs: Number of passes over `data`.
        rounds: Steps in one call of the compiled function.
    """
    inputs = keras.Input(decoder.output_shape[1:])
    x = layers.Flatten()(inputs)
    for units in hidden:
        x = layers.Dense(units, activation="relu")(x)
    latent_dim = decoder.input_shape[-1]
    encoder = keras.Model(inputs, layers.Dense(2 * latent_dim)(x))
    vae = VAE(encoder, decoder)
    vae.compile(keras.optimizers.Adam(1e-3), steps_per_execution=rounds)
    vae.fit(data, epochs=epochs, shuffle=False, verbose=0)
    return vae
