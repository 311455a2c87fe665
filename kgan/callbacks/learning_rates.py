"""The step sizes of both players, as curves."""

import keras

from kgan.callbacks.snapshot import inner


class LearningRates(keras.callbacks.Callback):
    """Logs both learning rates, and the loss scales where float16 needs them.

    `keras.callbacks.TensorBoard` logs the learning rate of `model.optimizer`, which a
    GAN does not have: it has two. They are added to the logs of each epoch as
    `g_learning_rate` and `d_learning_rate`, as they are at its end, whether constant,
    changed by somebody, or from a schedule; the scales as `g_loss_scale` and
    `d_loss_scale`. Put it before the callbacks that write logs.

    Example:
        ```python
        board = keras.callbacks.TensorBoard("logs")
        gan.fit(train, epochs=10, callbacks=[kgan.callbacks.LearningRates(), board])
        ```
    """

    async_safe = True

    def on_epoch_end(self, epoch, logs=None):
        """Adds the values to `logs`."""
        players = {
            "g": self.model.generator_optimizer,
            "d": self.model.discriminator_optimizer,
        }
        for player, optimizer in players.items():
            logs[f"{player}_learning_rate"] = _number(inner(optimizer).learning_rate)
        for player, optimizer in players.items():
            if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
                logs[f"{player}_loss_scale"] = _number(optimizer.dynamic_scale)


def _number(value):
    return float(keras.ops.convert_to_numpy(value))
