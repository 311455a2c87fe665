"""A buffer of earlier generated images, some of which a discriminator sees again."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.core import arguments


@keras.saving.register_keras_serializable(package="kgan")
class ImagePool(keras.layers.Layer):
    """Keeps earlier images and shows them in place of half of the new ones.

    Row i is exchanged with the image at place `swap[i]`, or shown as it came where
    `swap[i] = −1`. Until the pool is full it collects, and shows what came. A
    discriminator that sees a history of fakes does not forget what it has learned.

    In a game it is an attribute, called as any network; `swaps` draws for its
    `kgan.Move`. A call only reads the pool: the engine hands it the rows of the global
    batch after the update, so that neither replicas nor micro-batches change what it
    holds. Rows beyond its size are shown as they came.

    Args:
        shape: Shape of an image.
        size: Number of images, a positive integer.

    Attributes:
        images: float32 variable of shape `(size, *shape)`.
        count: Number of images held, an int64 variable.

    Raises:
        ValueError: If `size` is not a positive integer.

    Example:
        ```python
        def moves(self):
            loss, swaps = self.judge_loss, self.swaps
            return (kgan.Move(("judge",), loss, ("d_loss",), draws=swaps), ...)

        def swaps(self, rows, seed):
            return {"swap": self.pool.swaps(rows, seed)}

        def judge_loss(self, nets, batch):
            shown = nets.pool(nets.frozen.generator(...), batch["swap"])
        ```

    Source: Shrivastava et al. (2017), Learning from Simulated and Unsupervised Images
    through Adversarial Training, section 2.3; size as in Zhu et al. (2017), section 4.
    """

    def __init__(self, shape: Sequence[int], size: int = 50, name: str | None = None):
        super().__init__(name=name, dtype="float32", trainable=False)
        self.shape = tuple(shape)
        self.size = arguments.positive_integer("size", size)
        self.images = self._held((size, *self.shape), "float32", "images")
        self.count = self._held((), "int64", "count")
        self.built = True

    def _held(self, shape, dtype, name):
        return self.add_weight(
            shape=shape,
            initializer="zeros",
            dtype=dtype,
            trainable=False,
            aggregation="only_first_replica",
            name=name,
        )

    def swaps(self, rows: int, seed: tf.Tensor) -> Any:
        """Draws for each row a place of its own, or with probability ½ none.

        Args:
            rows: Number of rows; row i does not depend on it.
            seed: int32 of shape `(2,)`.

        Returns:
            int32 of shape `(rows,)`: distinct places, or −1.
        """
        # Integer bits are equal in graph and XLA.
        bits = tf.random.stateless_uniform(
            (2, self.size), seed, minval=0, maxval=2**31 - 1, dtype=tf.int32
        )
        places = tf.argsort(bits[0], stable=True)
        places = tf.where(bits[1] % 2 == 0, places, -1)[:rows]
        return tf.pad(places, [[0, rows - tf.size(places)]], constant_values=-1)

    def call(self, images, swap):
        is_full = tf.convert_to_tensor(self.count) >= self.size
        exchanged = tf.reshape((swap >= 0) & is_full, (-1, *(1 for _ in self.shape)))
        old = tf.gather(tf.convert_to_tensor(self.images), tf.maximum(swap, 0))
        return tf.where(exchanged, old, images)

    def absorb(self, images: tf.Tensor, swap: tf.Tensor) -> None:
        """Stores the rows of the global batch; arguments as those of a call."""
        count = tf.convert_to_tensor(self.count)
        rows = tf.shape(images, out_type=tf.int64)[0]
        order = tf.range(rows)
        is_full = count >= self.size
        place = tf.where(is_full, tf.cast(swap, tf.int64), count + order)
        is_kept = (place >= 0) & (place < self.size)
        # The others go behind the end, each to a place of its own, and are cut off.
        place = tf.where(is_kept, place, self.size + order)
        images = tf.cast(images, tf.float32)
        longer = tf.concat([tf.convert_to_tensor(self.images), images], axis=0)
        longer = tf.tensor_scatter_nd_update(longer, place[:, None], images)
        self.images.assign(longer[: self.size])
        self.count.assign(tf.minimum(count + rows, self.size))

    def get_config(self):
        return {"shape": list(self.shape), "size": self.size, "name": self.name}
