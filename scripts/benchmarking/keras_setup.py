"""What the sides that run on Keras share: threads, precision, models, batches."""

import json

import keras
import numpy as np
import tensorflow as tf
from benchmarking import cases

import kgan
from kgan.recipes import parts


def setup(case: cases.Case) -> None:
    """Sets the process' threads and precision, before TensorFlow starts."""
    if case.threads:
        tf.config.threading.set_intra_op_parallelism_threads(case.threads)
        tf.config.threading.set_inter_op_parallelism_threads(case.threads)
    if case.precision != "float32":
        keras.mixed_precision.set_dtype_policy(f"mixed_{case.precision}")
    keras.utils.set_random_seed(0)


def recipe_of(plan: dict) -> kgan.recipes.Recipe:
    """Gives the recipe of a plan."""
    return kgan.recipes.Recipe.from_json(json.dumps(plan["recipe"]))


def make_gan(case: cases.Case, plan: dict) -> kgan.GAN:
    """Makes the compiled model, as `kgan train` does."""
    recipe = recipe_of(plan)
    generator, discriminator = parts.make_networks(recipe, plan["shape"], None)
    gan = kgan.GAN(
        generator,
        discriminator,
        prior=parts.make_prior(recipe),
        ema_momentum=recipe.ema_momentum,
        discriminator_steps=recipe.discriminator_steps,
        generator_steps=recipe.generator_steps,
    )
    generator_optimizer, discriminator_optimizer = parts.make_optimizers(recipe)
    gan.compile(
        generator_optimizer=generator_optimizer,
        discriminator_optimizer=discriminator_optimizer,
        loss=parts.make_loss(recipe),
        penalties=parts.make_penalties(recipe),
        jit_compile=case.compiled,
        steps_per_execution=case.steps_per_execution,
    )
    return gan


def batches(case: cases.Case, plan: dict) -> tf.data.Dataset:
    """Gives endless batches: one that lies in memory, or those of the data."""
    recipe = recipe_of(plan)
    if case.pipeline:
        data = _data(recipe, plan["shape"])
        endless = 2**31  # the stream permutes its data once an epoch, whatever length
        return kgan.data.load(data, recipe.batch_size, steps_per_epoch=endless)
    shape = (recipe.batch_size, *plan["shape"])
    batch = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
    return tf.data.Dataset.from_tensors(batch).repeat()


def _data(recipe, shape):
    """Gives a recipe's data, or as many random images where they are not at hand."""
    try:
        return kgan.data.source(recipe.dataset, recipe.image_size)
    except (OSError, ValueError):
        shape = (50_000, *shape)
        return np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")
