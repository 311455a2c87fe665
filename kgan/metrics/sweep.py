"""Statistics of a set of examples, collected in one pass."""

import abc
import warnings

import keras
import numpy as np

from kgan.metrics.examples import Examples
from kgan.metrics.features.base import Extractor, Outputs


class Statistic(abc.ABC):
    """State that grows with each batch of examples, and that metrics read at the end.

    Examples come in random order (reals by a seeded permutation, fakes by their
    latents), so the first n are a random sample. `count` is their number so far.
    `cached`: whether that of real examples may be kept on disk.
    """

    count: int = 0
    cached: bool = True

    def parameters(self) -> dict:
        """Returns all besides the examples that its state depends on, for the cache."""
        return {}

    @property
    def key(self) -> tuple:
        """Equal for two statistics that collect the same."""
        return (type(self).__name__, *sorted(self.parameters().items()))

    @abc.abstractmethod
    def update(self, outputs: Outputs, labels: np.ndarray | None) -> None:
        """Adds a batch, with the integer labels of its examples or None."""

    @abc.abstractmethod
    def state(self) -> dict[str, np.ndarray]:
        """Returns its whole state as arrays, which are written to a file."""

    @abc.abstractmethod
    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Restores what `state` returned."""


class Request:
    """The statistics to collect of one set, each once, by (extractor, key)."""

    def __init__(self):
        self.statistics = {}

    def add(self, extractor: Extractor, statistic: Statistic) -> Statistic:
        """Returns the statistic that will be filled: an equal earlier one, if any."""
        return self.statistics.setdefault((extractor, statistic.key), statistic)


def sweep(examples: Examples, request: Request, batch_size, title, verbose) -> None:
    """Fills the statistics of a request from `batch_size` examples at a time.

    No result depends on the batch size. `verbose` 1 shows a progress bar with a title.

    Raises:
        ValueError: If there are no examples, or an extractor does not accept them.
        FloatingPointError: If features or logits are not finite.
    """
    if not request.statistics:
        return
    by_extractor = {}
    for (extractor, _), statistic in request.statistics.items():
        by_extractor.setdefault(extractor, []).append(statistic)
    bar = _bar(examples.count, title, verbose)
    done, first, varied = 0, None, False
    for data, labels in examples.batches(batch_size):
        first = data[0] if first is None else first
        varied = varied or bool((data != first).any())
        for extractor, statistics in by_extractor.items():
            outputs = extractor(data)
            _check(outputs, extractor, examples)
            for statistic in statistics:
                statistic.update(outputs, labels)
        done += len(data)
        bar.update(done)
    if not done:
        raise ValueError(f"{examples.name} must hold examples. Received: none")
    # The length of a streamed data set is known only now.
    examples.count = done
    bar.update(done, finalize=True)
    if done > 1 and not varied:
        warnings.warn(
            f"All {done:,} {examples.name} are equal: the figures are right, and the "
            "generator has collapsed or the data are not what they seem",
            stacklevel=2,
        )


def _check(outputs, extractor, examples):
    for name in ("features", "logits"):
        rows = getattr(outputs, name)
        if rows is not None and not np.isfinite(rows).all():
            raise FloatingPointError(
                f"{name.capitalize()} must be finite. Received: NaN or infinity from "
                f"{extractor.name!r} on {examples.name}"
            )


def _bar(count, title, verbose):
    if verbose:
        print(title, flush=True)
    return keras.utils.Progbar(count, verbose=verbose, unit_name="example")
