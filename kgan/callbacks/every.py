"""Schedules callbacks: at the end of each epoch, or every so many steps."""

import keras


class Pace:
    """Schedule of a callback, kept without asking the device.

    Reading `model.step` makes Python wait until an accelerator has played it. So steps
    are counted here, from the beginning of an epoch on. A callback asks before each
    batch, where Keras calls it on the main thread, and at the end of each epoch.

    Args:
        every: `"epoch"`, or a positive integer: a number of steps.

    Raises:
        ValueError: If `every` is neither.
    """

    def __init__(self, every):
        number = isinstance(every, int) and not isinstance(every, bool) and every > 0
        if every != "epoch" and not number:
            raise ValueError(
                "`every` must be 'epoch' or a positive number of steps. "
                f"Received: {every!r}"
            )
        self.every = every
        self._first = 0
        self._seen = 0

    def begin_epoch(self, step):
        """Sets the count when an epoch begins, `step` rounds having been played."""
        self._first = self._seen = step

    def step_before(self, batch):
        """Returns the number of rounds played before batch `batch` of the epoch."""
        return self._first + batch

    def before_batch(self, batch):
        """Whether the callback is due before batch `batch` of the epoch."""
        return self.every != "epoch" and self._passes(self.step_before(batch))

    def at_epoch_end(self, step):
        """Whether the callback is due at an epoch's end, after `step` rounds."""
        return self.every == "epoch" or self._passes(step)

    def _passes(self, step):
        # With several steps per execution, not every step is seen.
        before, self._seen = self._seen, step
        return step // self.every > before // self.every


class Paced(keras.callbacks.Callback):
    """Base class of callbacks that begin with the first epoch and have a `Pace`.

    They do not begin in `on_train_begin`: a callback that comes later in the list may
    still restore the model there.

    Args:
        every: As in `Pace`.
    """

    def __init__(self, every):
        super().__init__()
        self.pace = Pace(every)
        self._begun = False

    def begin(self):
        """Prepares for a training, once, before its first batch."""

    def on_train_begin(self, logs=None):
        self._begun = False

    def on_epoch_begin(self, epoch, logs=None):
        self._begin_once()
        self.pace.begin_epoch(self.model.step)

    def _begin_once(self):
        if not self._begun:
            self._begun = True
            self.begin()
