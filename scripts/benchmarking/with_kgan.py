"""A recipe's step with kgan: `GAN.fit`, as a user calls it."""

import time

import keras
import tensorflow as tf
from benchmarking.keras_setup import Side

from kgan.engine import feeding


class _OtherLength(Exception):
    """The next block has another number of steps than `fit` was called with."""


class _Turns(keras.callbacks.Callback):
    """Lets `fit` play an epoch whenever its turn comes, and tells how long it took."""

    def __init__(self, blocks, steps):
        super().__init__()
        self.blocks, self.waiting = blocks, steps

    def on_epoch_begin(self, epoch, logs=None):
        steps = self.waiting or self.blocks.wait()
        self.waiting = None
        if steps != self.params["steps"]:
            raise _OtherLength(steps)
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        tf.test.experimental.sync_devices()
        self.blocks.report(time.perf_counter() - self.begin)


class Fit(Side):
    """`GAN.fit`; a block of steps is an epoch."""

    def serve(self, blocks) -> None:
        """Plays blocks of steps until there is none left."""
        gan, data = self.make_gan(), self.batches()
        steps = blocks.wait()
        while steps:
            try:
                gan.fit(
                    data,
                    steps_per_epoch=steps,
                    epochs=10**9,
                    verbose=0,
                    callbacks=[_Turns(blocks, steps)],
                )
            except _OtherLength as other:
                (steps,) = other.args


class Waiting(Side):
    """`GAN.train_step` behind the real pipeline, with a clock at the pipeline's end.

    Reports besides the seconds of a block those in which the step waited for data.
    """

    def serve(self, blocks) -> None:
        """Plays blocks of steps until there is none left."""
        gan, data = self.make_gan(), self.batches()
        if gan.discriminator_steps > 1:
            data = feeding.group(data, gan.discriminator_steps, replicas=1)
        step, data = tf.function(gan.train_step), iter(data)
        while steps := blocks.wait():
            begin, waited = time.perf_counter(), 0.0
            for _ in range(steps):
                asked = time.perf_counter()
                batch = next(data)
                waited += time.perf_counter() - asked
                step(batch)
            tf.test.experimental.sync_devices()
            blocks.report(time.perf_counter() - begin, waited=waited)
