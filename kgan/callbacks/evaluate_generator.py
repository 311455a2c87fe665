"""Measures metrics of the distribution during training."""

import warnings
from typing import Any

import keras

from kgan import metrics as distribution
from kgan.callbacks.every import Paced
from kgan.metrics.measure import kind_of_examples

# Examples of a trial, before training.
_FEW = 128


class EvaluateGenerator(Paced):
    """Measures what a game generates and writes the figures into the logs.

    Every callback that comes later in the list sees `logs["frechet_mnist"]` and the
    like, as does `fit`'s history. It measures at the ends of epochs, where weights are
    saved: of the first, of the last, and of those in which it is due. In the others the
    last figures are repeated. The real examples are swept once, before training.

    Args:
        metrics: Names or objects, see `kgan.metrics.get`. None: those that fit.
        dataset: The real examples, as in `kgan.metrics.measure`.
        every: `"epoch"`, or the number of steps after which the next end is due.
        num_images: Number of generated examples; figures of different numbers are not
            comparable.
        seed: Seed of the latents and labels, the same each time.
        averaged: Whether to measure averaged weights where there are any.
        labels: As in the call of `kgan.metrics.Evaluator`: by default the classes of
            generated examples are as frequent as in the data.
        **options: Further arguments of `kgan.metrics.Evaluator`.

    Attributes:
        last: The last `kgan.metrics.Evaluation`, or None.
        names: Names of the figures, where they are known: after `check`.

    Raises:
        ValueError: If an argument is out of range, or (when training begins) a metric
            is unknown or data are missing.

    Example:
        ```python
        measured = kgan.callbacks.EvaluateGenerator(["frechet_mnist"], "mnist")
        gan.fit(train, epochs=10, callbacks=[measured])
        ```
    """

    def __init__(
        self,
        metrics: Any,
        dataset: Any,
        every: int | str = "epoch",
        num_images: int = 10_000,
        seed: int = 0,
        averaged: bool = True,
        labels: Any = "data",
        **options: Any,
    ):
        super().__init__(every)
        self.dataset = dataset
        self.seed = seed
        self.averaged = averaged
        self.labels = labels
        self.last = None
        self.names = ()
        self._options = {"metrics": metrics, "num_images": num_images, **options}
        self._evaluator = None

    def on_train_begin(self, logs=None):
        super().on_train_begin()
        self.last = None
        self.prepare(self.model)

    def prepare(self, model: keras.Model) -> None:
        """Finds metrics and data for a model and sweeps the real examples, once.

        Raises:
            ValueError: If a metric is unknown or has the name of a log of the game, or
                data are missing or do not fit.
        """
        if self._evaluator is None:
            evaluator = self._make_evaluator(model)
            _check_names(evaluator.prepare(model, self.labels), model)
            self._evaluator = evaluator

    def check(self, model: keras.Model) -> tuple[str, ...]:
        """Measures a few examples, to find before training what cannot be measured.

        Returns the names of the figures. Raises what `prepare` and the measurement of
        an epoch would.
        """
        count, real = (self._options.get(name) for name in ("num_images", "num_real"))
        few = {"num_images": min(count, _FEW), "num_real": min(real or _FEW, _FEW)}
        if count > _FEW:
            few["allow_few"] = True  # of as many as are asked for they are not few
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that they are few, and not yet trained
            trial = self._make_evaluator(model, cache_dir=None, **few)
            self.names = tuple(self._measure(trial, model).values())
        return self.names

    def _make_evaluator(self, model, **others):
        direction = self._options.get("direction")
        kind = kind_of_examples(model, self.dataset, direction)
        return distribution.Evaluator(self.dataset, **kind | self._options | others)

    def _measure(self, evaluator, model):
        chosen = {"averaged": self.averaged, "labels": self.labels}
        return evaluator(model, self.seed, **chosen)

    def on_epoch_end(self, epoch, logs=None):
        due = self.pace.at_epoch_end(self.model.step)
        ends = epoch + 1 == self.params.get("epochs")
        if due or ends or self.last is None:
            self._evaluate()
        if logs is not None and self.last is not None:
            logs.update(self.last.values())

    def _evaluate(self):
        try:
            self.last = self._measure(self._evaluator, self.model)
        except FloatingPointError:
            # What stopped training because of NaN says so itself.
            if not self.model.stop_training:
                raise


def _check_names(jobs, model):
    """Raises for a figure whose value would hide one that the game logs."""
    known = model.get_metrics_result()
    names = (job.name(figure) for job in jobs for figure in job.metric.figures)
    hidden = [name for name in names if name in known]
    if hidden:
        raise ValueError(
            "`metrics` must have figures of other names than the logs of the game. "
            f"Received: {hidden[0]!r}, which is both"
        )
