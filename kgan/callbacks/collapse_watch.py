"""Watches a game for symptoms of failure, and acts on them."""

from typing import Any

import keras

from kgan.callbacks import actions
from kgan.callbacks.every import Paced
from kgan.callbacks.recent_means import RecentMeans
from kgan.core.finite import first_not_finite
from kgan.engine.symptom import helps
from kgan.games import symptoms as kinds

_DIVERGED = helps(
    "smaller learning rates, clipping both gradients (global_clipnorm), a penalty (R1)"
)


class CollapseWatch(Paced):
    """Prints one line when a game has failed; can stop it, or roll it back.

    After every batch it looks for a logged value that is NaN or infinite, and at each
    check, in the means since the check before, for the game's symptoms
    (`game.symptoms`). Those of a `kgan.GAN` are `kgan.callbacks.DiscriminatorWon`,
    `GradientVanished` and, if `real` is given, `DiversityLost`, which also logs
    `diversity`. What `patience` checks in a row have found is named. The `action`:

    - "warn": the sentence is printed, once until the symptom is gone.
    - "stop": training stops as well.
    - "rollback": all networks, averages, optimizers and the step go back to the last
      check that found no trace of a symptom; data go on where they are.
      `model.rollbacks`, a part of every seed, is raised by one and logged. After
      `max_rollbacks` the next collapse restores the model once more and stops. The
      state lies in the host's memory, as large as a checkpoint, and is not saved.

    Put it before other callbacks: they then see no value of an attempt that was undone.
    It covers what `TerminateOnNaN` does. Under several workers each of them needs it.

    Args:
        real: Real data for the symptom of diversity, as `fit` takes them; of a
            `tf.data.Dataset` the first batch is read without advancing it. None:
            diversity is not measured.
        every: "epoch", or a positive integer: the number of steps between checks.
        action: "warn", "stop" or "rollback".
        patience: Number of checks in a row.
        accuracy: `d_accuracy` from which on D has won; None: not looked for.
        gradient_share: Part of the largest `g_gradient_norm` up to which it has
            vanished; None: not looked for.
        diversity_share: Part of the real data's mean distance up to which diversity is
            lost.
        max_rollbacks: Number of rollbacks in the life of a model.
        learning_rate_factor: Factor in (0, 1] of all learning rates at each rollback.
        symptoms: Further `kgan.callbacks.Symptom`s to look for.

    Attributes:
        reason: Why training was stopped, a sentence; None if it was not.
        sentences: All that was printed in this training.

    Raises:
        ValueError: If an argument is out of range, or (when training begins) `real` is
            not what the model takes, weights are not finite, or a learning rate that
            is to be lowered follows a schedule.

    Example:
        ```python
        watch = kgan.callbacks.CollapseWatch(train, action="rollback")
        gan.fit(train, epochs=50, callbacks=[watch])
        ```
    """

    def __init__(
        self,
        real: Any = None,
        every: int | str = "epoch",
        action: str = "warn",
        patience: int = 3,
        accuracy: float | None = 0.999,
        gradient_share: float | None = 0.01,
        diversity_share: float | None = 0.2,
        max_rollbacks: int = 3,
        learning_rate_factor: float = 1.0,
        symptoms: Any = (),
    ):
        super().__init__(every)
        self._further = list(symptoms)
        self._thresholds = {
            "real": real,
            "patience": patience,
            "accuracy": accuracy,
            "gradient_share": gradient_share,
            "diversity_share": diversity_share,
        }
        # A GAN's, until the game is known: what is out of range is refused here.
        self.symptoms = [*self._further, *kinds.usual(**self._thresholds)]
        self.action = actions.get(
            action,
            max_rollbacks=max_rollbacks,
            learning_rate_factor=learning_rate_factor,
        )
        self.reason = None
        self.sentences = []
        self._recent = RecentMeans()

    def on_train_begin(self, logs=None):
        super().on_train_begin()
        self.reason = None
        self.sentences = []
        self._diverged = False
        self.check(self.model)

    def check(self, model: keras.Model) -> list[str]:
        """Raises what a training of a model would; returns names of what is logged."""
        self.symptoms = [*self._further, *model.symptoms(**self._thresholds)]
        for symptom in self.symptoms:
            symptom.forget()
            symptom.begin(model)
        self.action.begin(model)
        return [name for symptom in self.symptoms for name in symptom.names]

    def begin(self):
        self._keep()

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch)
        self._start(0)

    def on_train_batch_begin(self, batch, logs=None):
        if self.pace.before_batch(batch) and self._logs is not None:
            self._check(self._logs, batch - self._first)

    def on_train_batch_end(self, batch, logs=None):
        self._logs = logs
        self._played = batch + 1
        self._look_for_nan(logs)

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        if self._logs is None:  # the last batch was undone, and its means with it
            for name in self.model.get_metrics_result():
                logs.pop(name, None)
        sound = self._look_for_nan(logs)
        due = self.pace.at_epoch_end(self.model.step)
        if due and sound and self._logs is not None:
            # Not the batches: Keras counts a last execution of fewer steps as a whole.
            self._check(logs, self.model.step - self._begun)
        for symptom in self.symptoms:
            logs.update(symptom.measured)
        if self.action.restores:
            logs["rollbacks"] = self.model.rollbacks

    def _start(self, batch):
        """Starts new means before batch `batch` of the epoch."""
        self._recent.begin()
        self._first = self._played = batch
        self._begun = self.model.step
        self._logs = None

    def _look_for_nan(self, logs):
        """Returns whether all values are finite; acts if they are not."""
        bad = first_not_finite(logs)
        if bad is None:
            self._diverged = False
        elif not self._diverged:
            self._diverged = True
            self._diverge(*bad)
            if self.action.restores:
                # Those who come later in the list shall not stop for what was undone.
                for key in [key for key in logs if first_not_finite({key: logs[key]})]:
                    del logs[key]
        return bad is None

    def _check(self, logs, steps):
        """Looks for all symptoms; keeps the state if there is no trace of one."""
        means = self._recent.take(logs, steps)
        checked = [symptom.check(self.model, means) for symptom in self.symptoms]
        if named := list(filter(None, checked)):
            self._act(" ".join(named))
        elif not any(symptom.doubtful() for symptom in self.symptoms):
            self._keep()

    def _keep(self):
        """Keeps the state as one to go back to."""
        bad = self.action.keep(self.model)
        if bad is not None:
            self._diverge(*bad)
            return
        for symptom in self.symptoms:
            symptom.keep()

    def _diverge(self, key, value):
        self._act(f"{key} is {value}: training has diverged. {_DIVERGED}")

    def _act(self, found):
        outcome = self.action.act(self.model, found)
        self.sentences.append(outcome.sentence)
        if outcome.stopped:
            self.reason = outcome.sentence
        if outcome.restored:
            self._diverged = False
            self._start(self._played)
            for symptom in self.symptoms:
                symptom.forget()
        # The progress bar's line is not finished.
        print(f"\n{outcome.sentence}", flush=True)
