"""Agreement of a classifier with the classes that a generator was asked for."""

import numpy as np

from kgan.metrics.base import Figure, Metric, check_finite
from kgan.metrics.classifier_score import Logits

_FEWEST = 100  # with these the standard error is at most 0.05


def class_agreement(logits: np.ndarray, labels: np.ndarray) -> float:
    """Returns the share of images that a classifier assigns to the requested class.

    `logits` are the classifier's, `(n, classes)`, `labels` the requested classes,
    integers `(n,)`; a `ValueError` is raised for others.
    """
    check_finite(logits=logits)
    logits, labels = np.asarray(logits), np.asarray(labels)
    if labels.shape != logits.shape[:1]:
        raise ValueError(
            f"`labels` must be one class for each of {len(logits)} images. "
            f"Received: an array of shape {labels.shape}"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"`labels` must be integers. Received: dtype {labels.dtype}")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError(
            f"`labels` must be classes of the classifier, in [0, {logits.shape[1]}). "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )
    return float(np.mean(logits.argmax(axis=1) == labels))


class ClassAgreement(Metric):
    """Share of the generated images that a classifier assigns to the requested class.

    The extractor must classify into the classes of the generator. The upper limit is
    the classifier's accuracy on real images. Variety within a class is not measured.
    The details have the class with the lowest share.

    Source: Odena, Olah and Shlens, "Conditional Image Synthesis with Auxiliary
    Classifier GANs" (2017), section 4.1, with the Inception network as classifier.
    """

    kind = "class_agreement"
    figures = ("class_agreement",)
    best = ("max",)

    def statistics(self):
        return {"fake": Logits()}

    def compute(self, collected, context):
        logits, labels = collected["fake"].rows, collected["fake"].labels
        if labels is None:
            raise ValueError(
                "class_agreement needs a conditional model, whose images have the "
                "classes that were asked for. Received: labels=None"
            )
        classes, expected = logits.shape[1], context.num_classes
        if expected is not None and expected != classes:
            raise ValueError(
                f"class_agreement needs an extractor of the model's {expected} "
                f"classes. Received: one of {classes} classes"
            )
        context.check_counts("class_agreement needs", _FEWEST, generated=logits)
        share = class_agreement(logits, labels)
        right = logits.argmax(axis=1) == labels
        shares = {int(k): float(right[labels == k].mean()) for k in np.unique(labels)}
        lowest = min(shares, key=shares.get)
        error = float(np.sqrt(share * (1 - share) / len(logits)))
        details = {
            "num_fake": len(logits),
            "lowest_class": lowest,
            "lowest_class_agreement": shares[lowest],
        }
        return {self.kind: Figure(share, error, "standard error", details)}
