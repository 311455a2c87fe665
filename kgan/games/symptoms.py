"""Symptoms of a failing game of a generator and a discriminator."""

import statistics
import warnings
from typing import Any

from kgan import losses
from kgan.engine.symptom import Symptom
from kgan.games.diversity import Reference


def usual(
    real=None, patience=3, accuracy=0.999, gradient_share=0.01, diversity_share=0.2
):
    """Returns the symptoms of a GAN, as `kgan.callbacks.CollapseWatch` looks for them.

    Args:
        real: Real data as for `fit`, for `DiversityLost`; None: it is not looked for.
        patience: Number of checks in a row.
        accuracy: Threshold of `DiscriminatorWon`, or None.
        gradient_share: Threshold of `GradientVanished`, or None.
        diversity_share: Threshold of `DiversityLost`.
    """
    found = []
    if accuracy is not None:
        found.append(DiscriminatorWon(accuracy, patience))
    if gradient_share is not None:
        found.append(GradientVanished(gradient_share, patience=patience))
    if real is not None:
        found.append(DiversityLost(real, diversity_share, patience))
    return found


def _share(value):
    if not 0.0 < value < 1.0:
        raise ValueError(f"`share` must lie in (0, 1). Received: {value!r}")
    return value


class DiscriminatorWon(Symptom):
    """D separates nearly all pairs of real and generated data.

    Where the supports of data and samples can be separated, a perfect D exists, and its
    gradient does not lead G to the data: Arjovsky and Bottou, "Towards Principled
    Methods for Training Generative Adversarial Networks" (2017), theorems 2.1 and 2.4.
    The critic of the Wasserstein loss is meant to be that far ahead and is left out.

    Args:
        accuracy: `d_accuracy` from which on D has won, in (0.5, 1].
        patience: Number of checks in a row.
    """

    remedy = (
        "a penalty (R1), a smaller step size or fewer steps for the discriminator, "
        "noise or augmentation on its input"
    )

    def __init__(self, accuracy: float | None = 0.999, patience: int = 3):
        super().__init__(patience)
        if not 0.5 < accuracy <= 1.0:
            raise ValueError(f"`accuracy` must lie in (0.5, 1]. Received: {accuracy!r}")
        self.accuracy = accuracy

    def find(self, model, logs):
        if isinstance(model.adversarial_loss, losses.Wasserstein):
            return None
        value = logs.get("d_accuracy", 0.0)
        if value < self.accuracy:
            return None
        return f"d_accuracy is {value:.4g}", "the discriminator has won"


class GradientVanished(Symptom):
    """G's gradient is a small part of what it was, away from the equilibrium.

    With a saturating loss the gradient falls with D(G(z)): Goodfellow et al. (2014),
    section 3; a network whose rectifiers have all died has none whatever the loss.
    `g_gradient_norm` is compared with its largest value so far, where a check's value
    is the median of it and the two before: a single explosion is no measure of what
    follows. It counts while `d_accuracy` is away from 1/2, or where it is zero.

    Args:
        share: Part of the largest norm up to which the gradient has vanished, in
            (0, 1).
        floor: Norm up to which it is zero.
        margin: Distance of `d_accuracy` from 1/2 up to which the game may be over.
        patience: Number of checks in a row.
    """

    remedy = (
        'loss="non_saturating", a penalty (R1), a smaller step size for the '
        "discriminator; leaky rectifiers where units have died"
    )

    def __init__(
        self,
        share: float = 0.01,
        floor: float = 1e-12,
        margin: float = 0.1,
        patience: int = 3,
    ):
        super().__init__(patience)
        self.share = _share(share)
        self.floor = floor
        self.margin = margin

    def begin(self, model):
        self.memory = (), 0.0  # the last three norms, and the largest

    def find(self, model, logs):
        value = logs.get("g_gradient_norm")
        if value is None or not model.generator.trainable_variables:
            return None
        last, largest = self.memory
        last = (*last, value)[-3:]
        largest = max(largest, statistics.median_low(last))
        self.memory = last, largest
        playing = abs(logs.get("d_accuracy", 1.0) - 0.5) > self.margin
        if value > self.floor and not (playing and value <= self.share * largest):
            return None
        return (
            f"g_gradient_norm is {value:.3g} after {largest:.3g} at its largest",
            "the generator's gradient has vanished",
        )


class DiversityLost(Symptom):
    """Samples lie close together where real data do not.

    The mean distance of all pairs of samples of fixed latents, of the generator that
    plays and not of its average, relative to that of real data. Labels, where there are
    any, are those of the real data, and only pairs of one class count, as in Odena,
    Olah and Shlens, "Conditional Image Synthesis with Auxiliary Classifier GANs"
    (2017), section 4.2. A generator that lost half of its modes keeps most of the
    distance; one that has not learned yet has little of it, but more from check to
    check: a check that sees more than all before finds nothing.

    The last measured value is logged as `diversity`, near 1 in a good run.

    Args:
        real: Real data as for `fit`: an array, `(images, labels)`, or a
            `tf.data.Dataset`, whose first batch is read without advancing it.
        share: Part of the real data's mean distance up to which diversity is lost, in
            (0, 1).
        patience: Number of checks in a row.
        seed: Seed of the fixed latents.
    """

    remedy = (
        "a penalty (R1), less momentum (beta_1), smaller step sizes, "
        'loss="relativistic_pairing"'
    )
    names = ("diversity",)

    def __init__(self, real: Any, share: float = 0.2, patience: int = 3, seed: int = 0):
        super().__init__(patience)
        self.real = real
        self.share = _share(share)
        self.seed = seed

    def begin(self, model):
        self._reference = Reference(self.real, model)
        if not self._reference.distance > 0.0:
            warnings.warn(
                "Whether samples lose their diversity cannot be told: that takes at "
                "least two real examples that differ, and the first batch has "
                f"{self._reference.rows} without any difference.",
                UserWarning,
                stacklevel=2,
            )
            self._reference = None
        self.measured = {}
        self._value = self.memory = 0.0  # of the last check, and the largest

    def find(self, model, logs):
        if self._reference is None:
            return None
        value = self._reference.diversity(model, self.seed)
        self.measured = {"diversity": value}
        self._value, grows = value, value > self.memory
        self.memory = max(self.memory, value)
        if grows or not value <= self.share:
            return None
        return (
            f"diversity is {value:.3g}, the samples' mean distance over that of real "
            "data",
            "the generator makes nearly the same of all latents",
        )

    def doubtful(self):
        """Returns whether diversity is lost, or half of its largest value is."""
        return self.count > 0 or self._value < 0.5 * min(1.0, self.memory)
