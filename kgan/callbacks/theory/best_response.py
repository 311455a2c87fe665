"""Best responses: one player trained against the other, on a copy of the model."""

import keras

# D's falls to 0, so that it ends at D* and not in the noise of batches around it.
_DISCRIMINATOR_RATE = 5e-3
_GENERATOR_RATE = 1e-3


class BestResponse:
    """Trains one player of a copied model; the model itself is unchanged.

    Args:
        model: A `kgan.GAN`, compiled.
        dataset: The `tf.data.Dataset` that it is fitted on; read from its start, as
            often as needed.

    Attributes:
        copy: The model that is trained: equal weights, no variable in common.
    """

    def __init__(self, model, dataset):
        self.model = model
        self.dataset = dataset.repeat()
        self.copy = type(model).from_config(model.get_config())
        self.copy.set_weights(model.get_weights())

    def train_discriminator(self, rounds):
        """Trains D alone, towards D* of the current generator; returns the copy."""
        rate = keras.optimizers.schedules.CosineDecay(_DISCRIMINATOR_RATE, rounds)
        return self._play(rounds, generator_rate=0.0, discriminator_rate=rate)

    def train_generator(self, rounds):
        """Trains G alone, against the current discriminator; returns the copy."""
        return self._play(rounds, _GENERATOR_RATE, discriminator_rate=0.0)

    def _play(self, rounds, generator_rate, discriminator_rate):
        # Penalties keep D from D*; a critic, which has no D*, needs them.
        probabilistic = self.model.adversarial_loss.probabilistic
        self.copy.compile(
            keras.optimizers.Adam(generator_rate, beta_1=0.5),
            keras.optimizers.Adam(discriminator_rate, beta_1=0.5),
            loss=self.model.adversarial_loss,
            penalties=[] if probabilistic else list(self.model.penalties.values()),
            run_eagerly=self.model.run_eagerly,
        )
        self.copy.fit(self.dataset, steps_per_epoch=rounds, shuffle=False, verbose=0)
        return self.copy
