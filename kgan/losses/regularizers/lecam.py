"""LeCam regularisation, for training on few data."""

import keras
import tensorflow as tf

from kgan.core import schedules
from kgan.core.schedules import Scheduled
from kgan.losses.term import LossTerm


@keras.saving.register_keras_serializable(package="kgan")
class LeCam(LossTerm):
    """The distance of D's logits to moving averages of the other side's (LeCam).

        λ · ( E (D(x) − a_F)² + E (D(G(z)) − a_R)² )

    a_R and a_F are averages, before the update, of D's logits on real and on generated
    data. They start without a bias, and the value is 0 before there is an average:

        a = m / e   with   m ← γ m + (1 − γ) · mean D,   e ← γ e + (1 − γ)

    The authors' program leaves out what lies on the wrong side, D(x) < a_F and
    D(G(z)) > a_R; here, as in their equation, it counts. Tseng et al. (2021),
    Regularizing Generative Adversarial Networks under Limited Data, equations 5 and 6;
    λ and γ as in their experiments on CIFAR.

    Args:
        weight: λ; a schedule that begins with 0 lets the averages settle first.
        decay: γ, a number in [0, 1] or a schedule.

    Attributes:
        real_average: m for the real data, a float32 variable. It is moved linearly in
            the batch, so that its mean over replicas is that of the whole batch.
        fake_average: m for the generated data, the same.
        evidence: e, the same.
    """

    kind = "lecam"

    def __init__(self, weight: Scheduled = 0.3, decay: float = 0.99, interval: int = 1):
        super().__init__(weight, interval=interval)
        self.decay = schedules.check("decay", decay, maximum=1.0)
        names = ("real_average", "fake_average", "evidence")
        self.real_average, self.fake_average, self.evidence = (
            self.add_weight(name=name, shape=(), initializer="zeros", trainable=False)
            for name in names
        )

    def discriminator_term(self, view):
        real, fake = view.real_outputs["logits"], view.fake_outputs["logits"]
        evidence = tf.convert_to_tensor(self.evidence)
        anchors = [
            tf.math.divide_no_nan(tf.convert_to_tensor(average), evidence)
            for average in (self.real_average, self.fake_average)
        ]
        value = tf.square(real - anchors[1]) + tf.square(fake - anchors[0])
        self._move(self.real_average, tf.reduce_mean(real), view.step)
        self._move(self.fake_average, tf.reduce_mean(fake), view.step)
        self._move(self.evidence, tf.constant(1.0), view.step)
        return tf.where(evidence > 0, value, 0.0)

    def _move(self, average, value, step):
        decay = schedules.at(self.decay, step)
        old = tf.convert_to_tensor(average)
        average.assign(decay * old + (1.0 - decay) * tf.stop_gradient(value))
