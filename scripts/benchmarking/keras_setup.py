"""What the sides that run on Keras share: threads, recipe, model, batches."""

import json

import keras
import numpy as np
import tensorflow as tf
from benchmarking import cases

import kgan
from kgan.runs import prepare


class Side:
    """What plays one case on TensorFlow; made before TensorFlow starts.

    Args:
        case: The fields of a `cases.Case`.
        plan: The fields of a `cases.Plan`, or None where no recipe is played.
    """

    def __init__(self, case: dict, plan: dict | None):
        self.case, self.plan = cases.Case(**case), plan
        if self.case.threads:
            tf.config.threading.set_intra_op_parallelism_threads(self.case.threads)
            tf.config.threading.set_inter_op_parallelism_threads(self.case.threads)
        keras.utils.set_random_seed(0)
        if plan is not None:
            self.recipe = self._recipe()

    def _recipe(self):
        mixed = self.case.precision != "float32"
        return kgan.recipes.Recipe.from_json(json.dumps(self.plan["recipe"])).override(
            precision=f"mixed_{self.case.precision}" if mixed else "float32",
            jit_compile=self.case.compiled,
            steps_per_execution=self.case.steps_per_execution,
        )

    def make_gan(self) -> kgan.GAN:
        """Builds the compiled model, as `kgan train` does."""
        kind = "uint8" if len(self.plan["shape"]) == 3 else "float32"
        like = kgan.data.source(np.zeros((1, *self.plan["shape"]), kind))
        return prepare.build(self.recipe, like, tf.distribute.get_strategy())

    def batches(self) -> tf.data.Dataset:
        """Returns endless batches: one that lies in memory, or those of the data."""
        size = self.recipe.batch_size
        if self.case.pipeline:
            # The stream permutes its data once an epoch, whatever its length.
            return kgan.data.load(self._data(), size, steps_per_epoch=2**31)
        draw = np.random.default_rng(0)
        batch = draw.uniform(-1, 1, (size, *self.plan["shape"])).astype("float32")
        return tf.data.Dataset.from_tensors(batch).repeat()

    def _data(self):
        """Returns the recipe's data, or random images where they are not at hand."""
        try:
            return kgan.data.source(self.recipe.dataset, self.recipe.image_size)
        except (OSError, ValueError):
            shape = (50_000, *self.plan["shape"])
            return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")
