"""Requests by numbers: how many images, of which seed, of which class.

A client asks with plain numbers, and gets the images. TensorFlow Serving's batching
joins several requests along a leading axis, and takes the answers apart along it:
numbers with one axis more give images with one axis more. Both are one rule: the
answer has the shape of the counts, then one axis of images.
"""

import tensorflow as tf

from kgan.export.requirements import between, require

# As many are joined at most, here and by the batching that is written beside a model.
MAX_REQUESTS = 64


class Requests:
    """Requests whose numbers of images are known.

    Args:
        name: What the counts are called, for messages.
        counts: Integer tensor of shape `()` or `(requests,)`.
        minimum: The fewest images of a request.
        maximum: The most.
    """

    def __init__(self, name, counts, minimum, maximum):
        counts = between(name, counts, minimum, maximum)
        few = tf.size(counts) <= MAX_REQUESTS
        counts = require(
            counts, few, f"`{name}` must hold at most {MAX_REQUESTS} requests"
        )
        counts = require(counts, tf.size(counts) > 0, f"`{name}` must hold a request")
        self.shape = tf.shape(counts)
        self.counts = tf.reshape(counts, [-1])
        self.number = tf.size(counts)
        self.longest = tf.reduce_max(self.counts)

    def each(self, name, values):
        """Returns one value for each request, from one for all or one for each."""
        size = tf.size(values)
        fits = (size == 1) | (size == self.number)
        expected = f"`{name}` must be one number, or one for each request"
        values = require(values, fits, expected)
        return tf.broadcast_to(tf.reshape(values, [-1]), [self.number])

    def each_image(self, name, values):
        """Returns one value for each image, from one for all, each request or image."""
        size, one = tf.size(values), tf.constant(1)
        of_images = size == self.number * self.longest
        fits = (size == 1) | (size == self.number) | of_images
        expected = (
            f"`{name}` must be one number, or one for each request, or for each image"
        )
        values = require(values, fits, expected)
        rows = tf.where(size == 1, one, self.number)
        columns = tf.where(size == rows, one, self.longest)
        table = tf.reshape(values, [rows, columns])
        table = tf.broadcast_to(table, [self.number, self.longest])
        return tf.boolean_mask(table, self._wanted())

    def index(self):
        """Returns each image's place in its request, counted from 0."""
        places = tf.range(self.longest)[None, :] * tf.ones_like(self.counts)[:, None]
        return tf.boolean_mask(places, self._wanted())

    def spread(self, values):
        """Repeats each request's value for each of its images."""
        return tf.repeat(values, self.counts)

    def join(self, draw, *values):
        """Draws rows for each request and joins them, one after the other.

        `draw` is a function from a count and one entry of each of `values`, tensors of
        shape `(requests,)`, to float32 rows of shape `(count, size)`.
        """
        rows = tf.map_fn(
            lambda numbers: draw(*numbers),
            (self.counts, *values),
            fn_output_signature=tf.RaggedTensorSpec((None, None), tf.float32, 0),
        )
        return rows.values

    def answer(self, images):
        """Groups images by request; requests with fewer are filled up with zeros."""
        rows = tf.RaggedTensor.from_row_lengths(images, self.counts).to_tensor()
        answer = tf.reshape(
            rows, tf.concat([self.shape, [self.longest], tf.shape(images)[1:]], axis=0)
        )
        if answer.shape.rank is None:
            # What a signature states is the answer to plain numbers. Nothing checks it
            # where requests are joined, whose answer has one axis more.
            answer.set_shape((None, *images.shape[1:]))
        return answer

    def _wanted(self):
        return tf.sequence_mask(self.counts, self.longest)
