"""From what a user names to examples, and to the extractors that suit them."""

import os

import tensorflow as tf

import kgan.data
from kgan.metrics import features
from kgan.metrics.base import Metric
from kgan.metrics.examples import Examples, Real, Streamed


class Finder:
    """Finds examples for what a user names, brought to the size of the model's.

    Args:
        data_shape: Shape of what the models generate, or None.
        data_dir: Where prepared data lie.
        num_real: Most examples that are read of a set; None: all.
        seed: Seed of the order in which they are read.
    """

    def __init__(self, data_shape, data_dir, num_real, seed):
        self.size = data_shape[:2] if data_shape and len(data_shape) == 3 else None
        self.data_dir = data_dir
        self.num_real = num_real
        self.seed = seed

    def __call__(self, data, split="train", limit=None) -> Examples:
        """Finds the examples of a name, a folder, arrays, a source, or a data set."""
        limit = limit or self.num_real
        if isinstance(data, Examples):
            return data
        if isinstance(data, tf.data.Dataset):
            return Streamed(data, limit)
        named = isinstance(data, (str, os.PathLike))
        options = {"image_size": self.size, "split": split} if named else {}
        source = kgan.data.source(data, data_dir=self.data_dir, **options)
        return Real(source, limit, self.seed)

    def other_split(self, source, split) -> Examples:
        """Finds another split of a named source, brought to the same size."""
        options = {"image_size": source.shape[:2], "data_dir": source.data_dir}
        other = kgan.data.source(source.name, split=split, **options)
        return Real(other, self.num_real, self.seed)


class Extractors:
    """Finds extractors, each once, so that metrics share what they collect.

    Args:
        default: Extractor or its name where none is asked for; None: by the data.
        examples: The real `Examples`.
    """

    def __init__(self, default, examples):
        self.default = default
        self.examples = examples
        self._found = {}

    def __call__(self, name):
        """Finds an extractor by its name; None is the default one."""
        name = self.default if name is None else name
        if name not in self._found:
            found = features.get(
                name, shape=self.examples.shape, data_name=self.examples.name
            )
            # The default one may be asked for by its own name, too.
            self._found[name] = self._found.setdefault(found.name, found)
        return self._found[name]

    def of(self, metric: Metric):
        """Finds a metric's extractor; of one that compares examples, the plain one."""
        if metric.on_features:
            return self(metric.features)
        return self("points" if len(self.examples.shape) == 1 else "pixels")
