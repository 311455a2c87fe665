"""Logs the learning rate of each player."""

import keras

from kgan.callbacks.snapshot import inner


class LearningRates(keras.callbacks.Callback):
    """Logs the learning rate of each player, and loss scales where float16 needs them.

    They are added to the logs of each epoch as `PLAYER_learning_rate` and
    `PLAYER_loss_scale`, by the names of players in logs, of a `kgan.GAN` g and d. Put
    it before the callbacks that write logs.

    Args:
        each_batch: Whether they are added to the logs of each batch, too, for a tracker
            that logs batches. Python then waits for the device after each.

    Example:
        ```python
        board = keras.callbacks.TensorBoard("logs")
        gan.fit(train, epochs=10, callbacks=[kgan.callbacks.LearningRates(), board])
        ```
    """

    def __init__(self, each_batch: bool = False):
        super().__init__()
        self.each_batch = each_batch
        # Keras calls those that are at its leisure: later ones would miss the rates.
        self.async_safe = not each_batch

    def on_train_batch_end(self, batch, logs=None):
        if self.each_batch:
            self._add(logs)

    def on_epoch_end(self, epoch, logs=None):
        self._add(logs)

    def _add(self, logs):
        players = {
            self.model.log_name(player): optimizer
            for player, optimizer in self.model.optimizers.items()
        }
        for player, optimizer in players.items():
            logs[f"{player}_learning_rate"] = _number(inner(optimizer).learning_rate)
        for player, optimizer in players.items():
            if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
                logs[f"{player}_loss_scale"] = _number(optimizer.dynamic_scale)


def _number(value):
    return float(keras.ops.convert_to_numpy(value))
