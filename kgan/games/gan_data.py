"""The real data of a GAN: how they are read and checked."""

import tensorflow as tf

from kgan.core.pictures import is_picture
from kgan.engine.fields import Field
from kgan.games import data_fields, first_outputs, gan_checks


class RealData:
    """Reads and checks the elements of a GAN's data: `real`, or `(real, condition)`."""

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

    def check(self, element):
        super().check(element)
        if not self.step:
            first_outputs.warn(self, self.unpack(element))

    def fields(self):
        real = tf.nest.map_structure(self._field_of, self._outputs)
        if self._conditions.fields is not None:
            return {"real": real, "condition": self._conditions.fields}
        if self.data_classes is not None:
            return {"real": real, "condition": data_fields.classes(self.data_classes)}
        return {"real": real}

    def _field_of(self, output):
        shown = is_picture(output.shape) if self.as_images is None else self.as_images
        return data_fields.images(output.shape) if shown else Field(output.shape)

    def check_rows(self, count):
        parts = self._plain.micro_batches
        gan_checks.rows_fit(self.discriminator, count // parts)
