"""Measures metrics of the distribution during training."""

import keras

from kgan import metrics as distribution
from kgan.callbacks.every import Pace
from kgan.metrics.measure import example_shape


class EvaluateGenerator(keras.callbacks.Callback):
    """Measures what a game generates and writes the figures into the logs.

    `logs["frechet_mnist"]` and the like are seen by every callback that comes later in
    the list, such as `ModelCheckpoint`, and by `fit`'s history. It measures at the ends
    of the epochs in which it is due, of the first, so that no key is missing, and of
    the last. In the others the last figures are repeated. The real examples are read
    once, before training.

    Args:
        metrics: Names or objects, see `kgan.metrics.get`. None: those that fit.
        dataset: The real examples, as in `kgan.metrics.measure`.
        every: `"epoch"`, or a positive integer: the number of steps after which the
            next end of an epoch is due.
        num_images: How many examples are generated; figures of different numbers are
            not comparable.
        seed: Seed of the latents, the same each time.
        averaged: Whether to measure averaged weights where there are any.
        **options: Further arguments of `kgan.metrics.Evaluator`.

    Attributes:
        last: The last `kgan.metrics.Evaluation`, or None.

    Raises:
        ValueError: If an argument is out of range, or (when training begins) a metric
            is unknown or data are missing.

    Example:
        ```python
        gan.fit(train, epochs=10, callbacks=[
            kgan.callbacks.EvaluateGenerator(["frechet_mnist"], "mnist", every=500),
            keras.callbacks.ModelCheckpoint(
                "best.keras", monitor="frechet_mnist", mode="min", save_best_only=True
            ),
        ])
        ```
    """

    def __init__(
        self,
        metrics,
        dataset,
        every="epoch",
        num_images=10_000,
        seed=0,
        averaged=True,
        **options,
    ):
        super().__init__()
        self.pace = Pace(every)
        self.dataset = dataset
        self.seed = seed
        self.averaged = averaged
        self.last = None
        self._options = {"metrics": metrics, "num_images": num_images, **options}
        self._evaluator = None

    def on_train_begin(self, logs=None):
        self.last = None
        self.prepare(self.model)

    def prepare(self, model):
        """Finds metrics and data and sweeps the real examples, once.

        Args:
            model: The game that will be trained.

        Raises:
            ValueError: If a metric is unknown, or data are missing or do not fit.
        """
        if self._evaluator is None:
            shape = example_shape(model, self.dataset)
            evaluator = distribution.Evaluator(
                self.dataset, data_shape=shape, **self._options
            )
            evaluator.prepare(model)
            self._evaluator = evaluator

    def on_epoch_begin(self, epoch, logs=None):
        self.pace.begin_epoch(self.model.step)

    def on_epoch_end(self, epoch, logs=None):
        due = self.pace.at_epoch_end(self.model.step)
        ends = epoch + 1 == self.params.get("epochs")
        if due or ends or self.last is None:
            self._evaluate()
        if logs is not None and self.last is not None:
            logs.update(self.last.values())

    def _evaluate(self):
        try:
            self.last = self._evaluator(self.model, self.seed, self.averaged)
        except FloatingPointError:
            # What stopped training because of NaN says so itself.
            if not self.model.stop_training:
                raise
