"""A step of image translation with kgan: `Game.fit`, as `kgan train` calls it."""

import types

import keras
import numpy as np
import tensorflow as tf
from benchmarking.with_kgan import Fit

from kgan.recipes import Recipe
from kgan.runs import prepare


def make_game(recipe: Recipe, shape: tuple) -> keras.Model:
    """Builds the compiled game of a recipe, for images of a shape on both sides."""
    like = types.SimpleNamespace(
        name="random", num_examples=1, source_shape=shape, shape=shape
    )
    return prepare.build(recipe, like, tf.distribute.get_strategy())


class Translation(Fit):
    """`fit` of a game of translation; a block of steps is an epoch.

    Batches lie in memory; XLA, precision and all else are the recipe's.
    """

    def _recipe(self):
        return super()._recipe().override(jit_compile="auto")

    def make_gan(self) -> keras.Model:
        """Builds the compiled game, as `kgan train` does."""
        return make_game(self.recipe, tuple(self.plan["shape"]))

    def batches(self) -> tf.data.Dataset:
        """Returns one batch again and again."""
        draw = np.random.default_rng(0)
        size = (2, self.recipe.batch_size, *self.plan["shape"])
        both = draw.uniform(-1, 1, size).astype("float32")
        batch = dict(zip(("source", "target"), both, strict=True))
        return tf.data.Dataset.from_tensors(batch).repeat()
