"""A tiny game beside `kgan.GAN`: one player that copies targets of pairs of images.

Importing it registers its recipes under `game="copying"`, as a module of
`kgan/recipes/options/` would.
"""

import dataclasses

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

import kgan
from kgan.engine.clock import Clock
from kgan.engine.config import ConfigByArguments
from kgan.engine.interface import Interface
from kgan.recipes import Recipe, build
from kgan.recipes.flag_types import Boolean, Integer, field


@keras.saving.register_keras_serializable(package="tests")
class Copying(Interface, ConfigByArguments, keras.Model):
    """Minimises the squared distance between `painter(source)` and the target."""

    players = ("painter",)

    def __init__(self, painter, name="copying"):
        super().__init__(name=name)
        self.painter = painter
        self.clock = Clock()
        self.distance = keras.metrics.Mean(name="distance")
        self.built = True

    def compile(
        self, optimizers, jit_compile="auto", steps_per_execution=1, micro_batches=1
    ):
        self.painter_optimizer = optimizers["painter"]
        self.painter_optimizer.build(self.painter.trainable_variables)
        super().compile(
            optimizer=None, jit_compile=False, steps_per_execution=steps_per_execution
        )
        self.keep_compile_arguments(optimizers=optimizers)

    def fit(self, x, **kwargs):
        return super().fit(x, shuffle=False, **kwargs)

    def train_step(self, batch):
        weights = self.painter.trainable_variables
        with tf.GradientTape() as tape:
            wrong = self.painter(batch["source"], training=True) - batch["target"]
            loss = tf.reduce_mean(wrong**2)
        self.painter_optimizer.apply(tape.gradient(loss, weights), weights)
        self.clock.rounds.assign_add(1)
        self.clock.position.assign_add(1)
        self.distance.update_state(loss)
        return {"distance": self.distance.result()}


@dataclasses.dataclass(frozen=True, kw_only=True)
class CopyingRecipe(Recipe, game="copying"):
    """A training run of `Copying`."""

    width: int = field(Integer(), "channels between source and target", 4)
    gray: bool = field(Boolean(), "whether one channel is painted", False)

    players = ("painter",)
    needs = "pairs of images"

    @classmethod
    def suits(cls, source):
        return isinstance(source, kgan.data.Pairs)

    def make_game(self, source):
        layers = keras.layers
        with build.in_precision(self.precision):
            painter = keras.Sequential(
                [
                    layers.Input(source.source_shape),
                    layers.Conv2D(self.width, 3, padding="same", activation="relu"),
                    layers.Conv2D(source.shape[-1], 3, padding="same"),
                ]
            )
        game = Copying(painter)
        game.compile(
            optimizers=build.make_optimizers(self),
            jit_compile=self.jit_compile,
            steps_per_execution=self.steps_per_execution,
            micro_batches=self.micro_batches,
        )
        return game

    def pictures(self, game):
        return None


def pairs(folder, count=24):
    """Writes pairs of gray images of 8×8 pixels and returns the data set's text."""
    draw = np.random.default_rng(0)
    for index in range(count):
        for part in ("from", "to"):
            path = folder / part / f"{index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = draw.integers(0, 256, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(path)
    return f"pairs:{folder}:from:to"


def recipe(folder, **values):
    """A recipe of a few steps for pairs in a folder."""
    few = {"batch_size": 4, "steps": 5, "sample_every": 2, "on_collapse": "none"}
    return Recipe(
        name="copies", game="copying", dataset=pairs(folder), **{**few, **values}
    )
