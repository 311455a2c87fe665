"""The same step written by hand for TensorFlow, without Keras' `Model.fit`."""

import time

import keras
import tensorflow as tf
from benchmarking.keras_setup import Side

from kgan.recipes.build import make_optimizers
from kgan.recipes.options import gan_parts as parts


class Loop(Side):
    """One `tf.function` for a round of the game, called from a Python loop.

    It is what a good practitioner writes: the networks are called as they are,
    gradients come from one tape for each player, the penalty shares the pass over real
    data, a lazy one is a second trace that the loop chooses, and Keras' Adam applies
    the gradients. It keeps no books: all that it returns is two losses.
    """

    def __init__(self, case: dict, plan: dict):
        super().__init__(case, plan)
        recipe = self.recipe
        keras.config.set_dtype_policy(recipe.precision)
        pair = parts.make_networks(recipe, plan["shape"], None)
        self.generator, self.discriminator = pair
        self.average = keras.models.clone_model(self.generator)
        self.average.set_weights(self.generator.get_weights())
        self.loss = parts.make_loss(recipe)
        self.penalty = next(iter(recipe.penalties), None)
        optimizers = make_optimizers(recipe)
        self.of_generator = optimizers["generator"]
        self.of_discriminator = optimizers["discriminator"]
        self.of_generator.build(self.generator.trainable_variables)
        self.of_discriminator.build(self.discriminator.trainable_variables)
        self.step = tf.function(self._step, jit_compile=self.case.compiled or None)

    def serve(self, blocks) -> None:
        """Plays blocks of steps until there is none left."""
        data = iter(self.batches())
        interval = self.plan["period"]
        played = 0
        while steps := blocks.wait():
            begin = time.perf_counter()
            for _ in range(steps):
                reals = [next(data) for _ in range(self.recipe.discriminator_steps)]
                penalized = self.penalty is not None and played % interval == 0
                losses = self.step(reals, penalized)
                played += 1
            for loss in losses:
                loss.numpy()
            tf.test.experimental.sync_devices()
            blocks.report(time.perf_counter() - begin)

    def _step(self, reals, penalized):
        for real in reals:
            d_loss = self._move_discriminator(real, penalized)
        for _ in range(self.recipe.generator_steps):
            g_loss = self._move_generator(real)
        share = 1.0 - self.recipe.ema_momentum
        pairs = zip(self.average.weights, self.generator.weights, strict=True)
        for average, weight in pairs:
            average.assign_add(share * (weight - average))
        return d_loss, g_loss

    def _move_discriminator(self, real, penalized):
        fake = self.generator(self._latents(), training=True)
        weights = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            if penalized:
                real_logits, penalty = self._with_penalty(real)
            else:
                real_logits, penalty = self.discriminator(real, training=True), 0.0
            fake_logits = self.discriminator(fake, training=True)
            losses = self.loss.discriminator_loss(real_logits, fake_logits)
            loss = tf.reduce_mean(losses)
            total = loss + penalty
        self.of_discriminator.apply(tape.gradient(total, weights), weights)
        return loss

    def _with_penalty(self, real):
        strength = self.penalty["weight"] * self.penalty.get("interval", 1)
        with tf.GradientTape() as tape:
            tape.watch(real)
            logits = self.discriminator(real, training=True)
            total = tf.reduce_sum(logits)
        gradient = tape.gradient(total, real)
        axes = list(range(1, gradient.shape.rank))
        squares = tf.reduce_sum(tf.square(gradient), axis=axes)
        return logits, 0.5 * strength * tf.reduce_mean(squares)

    def _move_generator(self, real):
        weights = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            fake = self.generator(self._latents(), training=True)
            fake_logits = self.discriminator(fake, training=True)
            real_logits = None
            if self.loss.relativistic:
                real_logits = self.discriminator(real, training=True)
            losses = self.loss.generator_loss(real_logits, fake_logits)
            loss = tf.reduce_mean(losses)
        self.of_generator.apply(tape.gradient(loss, weights), weights)
        return loss

    def _latents(self):
        shape = (self.recipe.batch_size, self.recipe.latent_dim)
        if self.recipe.prior == "uniform":
            return tf.random.uniform(shape, -1.0, 1.0)
        return tf.random.normal(shape)
