"""The real data of a GAN: how they are read and checked."""

import tensorflow as tf

from kgan.core import arguments
from kgan.engine.fields import Field
from kgan.games import gan_checks


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

    def fields(self):
        bounds = {"low": -1.0, "high": 1.0} if self.is_image else {}
        real = tf.nest.map_structure(
            lambda output: Field(output.shape, **bounds), self._outputs
        )
        if self._conditions.fields is not None:
            return {"real": real, "condition": self._conditions.fields}
        if self.data_classes is not None:
            return {"real": real, "condition": Field((), "int32")}
        return {"real": real}

    def check(self, element):
        real, condition = gan_checks.split(element)
        real = tf.nest.map_structure(tf.convert_to_tensor, real)
        gan_checks.check_real(real, self._outputs, values=True)
        rows = len(tf.nest.flatten(real)[0])
        if self._conditions.fields is not None:
            self._conditions.check(condition, rows)
            return
        gan_checks.labels_match(condition, self.data_classes)
        if condition is not None:
            gan_checks.check_classes(condition, self.data_classes, rows)

    def check_targets(self, targets):
        if self.data_classes is not None:
            arguments.label_values(targets, self.data_classes)

    def check_rows(self, count):
        parts = self._plain.micro_batches
        gan_checks.rows_fit(self.discriminator, count // parts)
