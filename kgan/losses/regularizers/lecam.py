"""Holds D's scores near moving averages of them, for training on few data."""

import keras
import tensorflow as tf

from kgan.core import schedules
from kgan.losses.term import Term


@keras.saving.register_keras_serializable(package="kgan")
class LeCam(Term):
    """Holds the discriminator's scores near what it said of the other side (LeCam).

        λ · ( E (D(x) − a_F)² + E (D(G(z)) − a_R)² )

    a_R and a_F are moving averages of D's logits on real and on generated data. A
    discriminator that sets its few training data further and further apart from the
    generated ones thereby pays for it. With a Wasserstein loss the regularized
    objective is a LeCam divergence.

    The averages are those from before the update: they hold no row of the batch that
    is judged, and are the same on all replicas. Both start without a bias,

        a = m / e   with   m ← γ m + (1 − γ) · mean D,   e ← γ e + (1 − γ),

    and the value is 0 in the first update, before which there is no average. The
    authors' program leaves out what lies on the wrong side, D(x) < a_F and
    D(G(z)) > a_R; here, as in their equation, it counts.

    Args:
        weight: λ, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step; one
            that begins with 0 lets the averages settle first.
        decay: γ, a number in [0, 1] or a schedule.

    Attributes:
        real_average: m for the real data, a float32 variable. It is moved linearly in
            the batch, so that its mean over replicas is that of the whole batch.
        fake_average: m for the generated data, the same.
        evidence: e, the same.

    Raises:
        ValueError: If `weight` is negative or `decay` does not lie in [0, 1].

    Example:
        ```python
        schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1000], [0.0, 0.3])
        gan.compile(loss="hinge", regularizers=[kgan.regularizers.LeCam(schedule)])
        ```

    Source: Tseng et al. (2021), Regularizing Generative Adversarial Networks under
    Limited Data, equations 5 and 6; λ and γ as in their experiments on CIFAR.
    """

    kind = "lecam"

    def __init__(self, weight=0.3, decay=0.99):
        super().__init__(weight)
        self.decay = schedules.check("decay", decay, maximum=1.0)
        names = ("real_average", "fake_average", "evidence")
        self.real_average, self.fake_average, self.evidence = (
            self.add_weight(name=name, shape=(), initializer="zeros", trainable=False)
            for name in names
        )

    def discriminator_term(self, view):
        """Gives (D(x) − a_F)² + (D(G(z)) − a_R)² for each logit; moves the averages."""
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

    def get_config(self):
        """Returns the constructor's arguments."""
        weight = super().get_config()["weight"]
        return {"weight": weight, "decay": schedules.config(self.decay)}
