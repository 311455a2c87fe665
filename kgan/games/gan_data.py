"""The real data of a GAN: how they are read and checked."""

import math

import tensorflow as tf

from kgan.core.pictures import is_picture
from kgan.engine.fields import Field
from kgan.games import data_fields, first_outputs, gan_checks


class RealData:
    """Reads and checks the elements of a GAN's data: `real`, or `(real, condition)`."""

    @property
    def is_image(self):
        """Whether data are images in [−1, 1]."""
        return gan_checks.is_image(self.as_images, self.data_shape)

    def unpack(self, element):
        real, condition = gan_checks.split(element)
        real = tf.nest.map_structure(tf.convert_to_tensor, real)
        gan_checks.check_real(real, self._outputs)
        real = tf.nest.map_structure(lambda x: tf.cast(x, tf.float32), real)
        if self._conditions.fields is not None:
            return {"real": real, "condition": self._conditions.cast(condition)}
        gan_checks.labels_match(condition, self.data_classes)
        if condition is None:
            return {"real": real}
        return {"real": real, "condition": gan_checks.as_classes(condition)}

    def fields(self):
        real = self._real_fields()
        if self._conditions.fields is not None:
            return {"real": real, "condition": self._conditions.fields}
        if self.data_classes is not None:
            return {"real": real, "condition": data_fields.classes(self.data_classes)}
        return {"real": real}

    def _real_fields(self):
        """Returns the fields of real data; of several, the largest is the image."""
        outputs = tf.nest.flatten(self._outputs)
        sizes = [math.prod(output.shape) for output in outputs]
        found = [self._beside(output.shape) for output in outputs]
        if self.is_image:
            found[sizes.index(max(sizes))] = data_fields.images(self.data_shape)
        return tf.nest.pack_sequence_as(self._outputs, found)

    def _beside(self, shape):
        # A mask beside an image has no value below 0.
        shown = is_picture(shape) and self.as_images is not False
        return Field(shape, low=-1.0, high=1.0) if shown else Field(shape)

    def look_at_networks(self, element):
        if not self.step:
            first_outputs.warn(self, self.unpack(element))

    def check_rows(self, count):
        parts = self._plain.micro_batches
        gan_checks.rows_fit(self.discriminator, count // parts)
