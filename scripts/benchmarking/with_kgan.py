"""A recipe's step with kgan: `GAN.fit`, as a user calls it."""

import time

import keras
import tensorflow as tf
from benchmarking import cases, keras_setup


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


class Fit:
    """`GAN.fit`; a block of steps is an epoch.

    Args:
        case: The fields of a `cases.Case`.
        plan: The fields of a `cases.Plan`.
    """

    def __init__(self, case: dict, plan: dict):
        self.case, self.plan = cases.Case(**case), plan
        keras_setup.setup(self.case)
        self.gan = keras_setup.make_gan(self.case, plan)

    def serve(self, blocks) -> None:
        """Plays blocks of steps until there is none left."""
        data = keras_setup.batches(self.case, self.plan)
        steps = blocks.wait()
        while steps:
            try:
                self.gan.fit(
                    data,
                    steps_per_epoch=steps,
                    epochs=10**9,
                    verbose=0,
                    callbacks=[_Turns(blocks, steps)],
                )
            except _OtherLength as other:
                (steps,) = other.args


class Waiting:
    """`GAN.train_step` behind the real pipeline, with a clock at the pipeline's end.

    Reports besides the seconds of a block those in which the step waited for data.
    """

    def __init__(self, case: dict, plan: dict):
        self.case, self.plan = cases.Case(**case), plan
        keras_setup.setup(self.case)
        self.gan = keras_setup.make_gan(self.case, plan)
        self.step = tf.function(self.gan.train_step)

    def serve(self, blocks) -> None:
        """Plays blocks of steps until there is none left."""
        data = keras_setup.batches(self.case, self.plan)
        if self.gan.discriminator_steps > 1:
            data = data.rebatch(
                data.element_spec.shape[0] * self.gan.discriminator_steps
            )
        data = iter(data)
        while steps := blocks.wait():
            begin, waited = time.perf_counter(), 0.0
            for _ in range(steps):
                asked = time.perf_counter()
                batch = next(data)
                waited += time.perf_counter() - asked
                self.step(batch)
            tf.test.experimental.sync_devices()
            blocks.report(time.perf_counter() - begin, waited=waited)
