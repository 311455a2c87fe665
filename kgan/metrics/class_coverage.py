"""Distribution of the generated images over the classes of a classifier."""

import warnings

import numpy as np

from kgan.metrics.base import Metric, check_finite
from kgan.metrics.classifier_score import Logits

_FEWEST = 10  # images for each class


def class_coverage(real_counts: np.ndarray, fake_counts: np.ndarray) -> dict:
    """Compares two histograms over classes, of non-negative integers `(classes,)`.

    Returned by name, where only classes with real images count as modes:
    - classes_found: number of classes of the real images that the fakes have;
    - classes_kl: KL(p_fake ‖ p_real) in nats; a class that only fakes have counts as
      one of a single real image, as it would be infinite;
    - smallest_class_share: smallest share of the fakes among these classes.

    Source: Metz et al., "Unrolled Generative Adversarial Networks" (2017), section
    3.3.1, and Srivastava et al., "VEEGAN" (2017), section 5.2, with the 1,000 classes
    of stacked MNIST.
    """
    from scipy import stats

    check_finite(real_counts=real_counts, fake_counts=fake_counts)
    real_counts, fake_counts = np.asarray(real_counts), np.asarray(fake_counts)
    modes = real_counts > 0
    reference = np.where(modes, real_counts, fake_counts > 0)
    return {
        "classes_found": float(np.count_nonzero(fake_counts[modes])),
        "classes_kl": max(0.0, float(stats.entropy(fake_counts, reference))),
        "smallest_class_share": float(fake_counts[modes].min() / fake_counts.sum()),
    }


class ClassCoverage(Metric):
    """Figures of `class_coverage`, with the classes of a classifier as modes.

    The class of an image is that of its largest logit, so the extractor must classify.
    Equal distributions have a KL divergence of about
    (classes − 1) / 2 · (1 / real + 1 / fake) images, not of 0.
    """

    kind = "class_coverage"
    figures = ("classes_found", "classes_kl", "smallest_class_share")
    best = ("max", "min", "max")

    def statistics(self):
        return {"real": Logits(), "fake": Logits()}

    def compute(self, collected, context):
        real, fake = collected["real"].rows, collected["fake"].rows
        real_counts, fake_counts = _histogram(real), _histogram(fake)
        classes = int(np.count_nonzero(real_counts))
        subject = f"{classes} classes need"
        context.check_counts(subject, _FEWEST * classes, real=real, generated=fake)
        if strange := int(fake_counts[real_counts == 0].sum()):
            warnings.warn(
                f"{strange} of {len(fake)} generated images fall into classes that no "
                "real image has: classes_kl depends on the number of real images.",
                stacklevel=2,
            )
        found = class_coverage(real_counts, fake_counts)
        sizes = {"num_real": len(real), "num_fake": len(fake), "num_classes": classes}
        return self.figures_of(found.values(), sizes)


def _histogram(logits):
    check_finite(logits=logits)
    return np.bincount(logits.argmax(axis=1), minlength=logits.shape[1])
