"""Measures metrics of the distribution during training."""

from typing import Any

import keras

from kgan import metrics as distribution
from kgan.callbacks.every import Paced
from kgan.metrics.measure import kind_of_examples


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
        self._options = {"metrics": metrics, "num_images": num_images, **options}
        self._evaluator = None

    def on_train_begin(self, logs=None):
        super().on_train_begin()
        self.last = None
        self.prepare(self.model)

    def prepare(self, model: keras.Model) -> None:
        """Finds metrics and data for a model and sweeps the real examples, once.

        Raises:
            ValueError: If a metric is unknown, or data are missing or do not fit.
        """
        if self._evaluator is None:
            options = kind_of_examples(model, self.dataset) | self._options
            evaluator = distribution.Evaluator(self.dataset, **options)
            evaluator.prepare(model, self.labels)
            self._evaluator = evaluator

    def on_epoch_end(self, epoch, logs=None):
        due = self.pace.at_epoch_end(self.model.step)
        ends = epoch + 1 == self.params.get("epochs")
        if due or ends or self.last is None:
            self._evaluate()
        if logs is not None and self.last is not None:
            logs.update(self.last.values())

    def _evaluate(self):
        try:
            chosen = {"averaged": self.averaged, "labels": self.labels}
            self.last = self._evaluator(self.model, self.seed, **chosen)
        except FloatingPointError:
            # What stopped training because of NaN says so itself.
            if not self.model.stop_training:
                raise
