"""How many operations a second this machine reaches at its best."""

import time

import tensorflow as tf
from benchmarking.keras_setup import Side

SIZE = 2048
IMAGES, SIDE, CHANNELS, KERNEL = 64, 32, 128, 3
# Of one product of two square matrices, and of one convolution.
OPERATIONS = {
    "matmul": 2 * SIZE**3,
    "convolution": 2 * IMAGES * SIDE**2 * KERNEL**2 * CHANNELS**2,
}


class Rate(Side):
    """A step is one large matrix product, or one 3×3 convolution."""

    def serve(self, blocks) -> None:
        """Plays blocks of steps until there is none left."""
        make = {"matmul": _matmul, "convolution": _convolution}[self.case.side]
        step = tf.function(make(self.case.precision))
        while steps := blocks.wait():
            begin = time.perf_counter()
            for _ in range(steps):
                step()
            tf.test.experimental.sync_devices()
            blocks.report(time.perf_counter() - begin)


def _normal(shape, precision):
    return tf.cast(tf.random.normal(shape), precision)


def _matmul(precision):
    first, second = (_normal((SIZE, SIZE), precision) for _ in range(2))
    return lambda: tf.matmul(first, second)


def _convolution(precision):
    images = _normal((IMAGES, SIDE, SIDE, CHANNELS), precision)
    kernel = _normal((KERNEL, KERNEL, CHANNELS, CHANNELS), precision)
    return lambda: tf.nn.conv2d(images, kernel, 1, "SAME")
