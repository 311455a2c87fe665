"""Stops a run that has nothing left to learn from."""

import keras

from kgan.core.finite import first_not_finite


class TerminateOnNaN(keras.callbacks.Callback):
    """Stops training when any logged value is NaN or infinite, and names it.

    `keras.callbacks.TerminateOnNaN` reads `logs["loss"]` alone, which a game does not
    have. This one reads every key after each batch and epoch. It comes after a
    `kgan.callbacks.CollapseWatch` that rolls back.

    Attributes:
        reason: None, or the sentence that was printed.

    Example:
        ```python
        gan.fit(train, epochs=10, callbacks=[kgan.callbacks.TerminateOnNaN()])
        ```
    """

    def __init__(self):
        super().__init__()
        self.reason = None

    def on_train_begin(self, logs=None):
        self.reason = None

    def on_train_batch_end(self, batch, logs=None):
        self._check(logs)

    def on_epoch_end(self, epoch, logs=None):
        # Those of validation and of other callbacks, too.
        self._check(logs)

    def _check(self, logs):
        bad = first_not_finite(logs)
        if bad is None or self.reason is not None:
            return
        key, value = bad
        self.reason = f"Training stopped at step {self.model.step}: {key} is {value}."
        self.model.stop_training = True
        # The progress bar's line is not finished.
        print(f"\n{self.reason}", flush=True)
