"""Whether a conditional generator gives the class that it was asked for."""

import numpy as np

from kgan.metrics.base import Figure, Metric, check_counts
from kgan.metrics.classifier_score import Logits

_FEWEST = 100  # with these the standard error is at most 0.05


def class_agreement(logits: np.ndarray, labels: np.ndarray) -> float:
    """Gives the share of images that a classifier assigns to the class asked for.

    Args:
        logits: The classifier's, of shape `(n, classes)`.
        labels: Classes asked for, integers of shape `(n,)`.

    Returns:
        A float in [0, 1].

    Raises:
        ValueError: If there are other numbers of logits and labels, or a label is
            no class of the classifier.
    """
    logits, labels = np.asarray(logits), np.asarray(labels)
    if labels.shape != logits.shape[:1]:
        raise ValueError(
            f"`labels` must be one class for each of {len(logits)} images. "
            f"Received: an array of shape {labels.shape}"
        )
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        raise ValueError(
            f"`labels` must be classes of the classifier, in [0, {logits.shape[1]}). "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )
    return float(np.mean(logits.argmax(axis=1) == labels))


class ClassAgreement(Metric):
    """Share of the generated images that a classifier sees as what was asked for.

    The extractor must classify into the classes that the generator is asked for. The
    figure cannot exceed what the classifier is worth: on real images it is its
    accuracy. It says nothing about the variety inside of a class. The share of the
    class with the lowest one is in the details.

    Source:
        Odena, Olah and Shlens, "Conditional Image Synthesis with Auxiliary Classifier
        GANs" (2017), section 4.1, with the Inception network as classifier.
    """

    kind = "class_agreement"
    figures = ("class_agreement",)
    best = ("max",)

    def statistics(self):
        """Collects the logits of the fakes and the classes asked for."""
        return {"fake": Logits()}

    def compute(self, collected, context):
        """Computes the share; see `Metric.compute`."""
        logits, labels = collected["fake"].rows, collected["fake"].labels
        if labels is None:
            raise ValueError(
                "class_agreement needs a conditional model, whose images have the "
                "classes that were asked for. Received: labels=None"
            )
        classes, asked = logits.shape[1], context.num_classes
        if asked is not None and asked != classes:
            raise ValueError(
                f"class_agreement needs an extractor of the model's {asked} classes. "
                f"Received: one of {classes} classes"
            )
        if not context.allow_few:
            check_counts("class_agreement needs", _FEWEST, {"generated": len(logits)})
        share = class_agreement(logits, labels)
        shares = {
            int(label): class_agreement(
                logits[labels == label], labels[labels == label]
            )
            for label in np.unique(labels)
        }
        lowest = min(shares, key=shares.get)
        error = float(np.sqrt(share * (1 - share) / len(logits)))
        details = {
            "num_fake": len(logits),
            "lowest_class": lowest,
            "lowest_class_agreement": shares[lowest],
        }
        return {self.kind: Figure(share, error, "standard error", details)}
