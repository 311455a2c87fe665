"""Metrics of the distribution, measured while training goes on."""

import keras

from kgan import metrics as distribution
from kgan.callbacks.pace import Pace


class EvaluateGenerator(keras.callbacks.Callback):
    """Measures the generator's distribution and writes the figures into the logs.

    `logs["frechet_mnist"]` and the like are seen by every callback that comes later in
    the list: `ModelCheckpoint(monitor="frechet_mnist", mode="min")`, `CSVLogger`,
    TensorBoard, and by `fit`'s history. Between two evaluations the last figures are
    repeated; the first epoch is evaluated always, so that no key is missing. The real
    examples are swept once, before the first.

    On several workers each of them evaluates, and finds the same.

    Args:
        metrics: Names or objects, see `kgan.metrics.get`. None: those that fit.
        dataset: The real examples, as in `kgan.metrics.measure`.
        every: `"epoch"`, or a positive integer: the number of steps between two.
        num_images: How many examples are generated; figures of different numbers are
            not comparable.
        seed: Seed of the latents, the same each time.
        averaged: Whether to measure the averaged generator where there is one.
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
        """Sweeps the real examples, unless an earlier training has."""
        self.last = None
        if self._evaluator is None:
            shape = tuple(self.model.data_shape)
            self._evaluator = distribution.Evaluator(
                self.dataset, data_shape=shape, **self._options
            )
            self._evaluator.prepare(self.model)

    def on_epoch_begin(self, epoch, logs=None):
        """Counts from the epoch's first step."""
        self.pace.begin_epoch(self.model.step)

    def on_train_batch_begin(self, batch, logs=None):
        """Evaluates if it is due."""
        if self.pace.before_batch(batch):
            self._evaluate()

    def on_epoch_end(self, epoch, logs=None):
        """Evaluates if it is due, and writes the last figures into the logs."""
        if self.pace.at_epoch_end(self.model.step) or self.last is None:
            self._evaluate()
        if logs is not None:
            logs.update(self.last.values())

    def _evaluate(self):
        self.last = self._evaluator(self.model, self.seed, self.averaged)
