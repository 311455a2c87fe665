"""Classifier score: confidence in each fake and variety over classes, as in IS."""

import itertools
from typing import Any

import numpy as np

from kgan.core import arguments
from kgan.metrics.base import Few, Figure, Metric, check_finite
from kgan.metrics.feature_rows import LIMIT, Rows


def classifier_score(logits: np.ndarray) -> float:
    """Computes exp(E KL(p(y|x) ‖ p(y))), where p(y) is the mean of all p(y|x).

    `logits` are `(n, classes)`; p(y|x) is their softmax. The score is at least 1, which
    it is if the classifier does not tell the examples apart, and at most min(n,
    classes): the number of classes if it is certain of each and all are equally
    frequent.

    Example: `classifier_score(100 * np.eye(5))` is 5.
    Source: Salimans et al., "Improved Techniques for Training GANs" (2016), section 4.
    """
    from scipy import special

    check_finite(logits=logits)
    log_given = special.log_softmax(np.asarray(logits, np.float64), axis=1)
    # In logarithms: if all probabilities of a class underflow, its mean would be 0.
    log_mean = special.logsumexp(log_given, axis=0) - np.log(len(log_given))
    divergences = np.sum(np.exp(log_given) * (log_given - log_mean), axis=1)
    return float(np.exp(divergences.mean()))


def scores_of_splits(logits: np.ndarray, num_splits: int) -> np.ndarray:
    """Computes the classifier scores of consecutive parts, float64 `(num_splits,)`.

    Part i of n ≥ num_splits examples begins at ⌊i n / num_splits⌋.
    """
    ends = np.arange(num_splits + 1) * len(logits) // num_splits
    return np.array(
        [classifier_score(logits[start:end]) for start, end in itertools.pairwise(ends)]
    )


class Logits(Rows):
    """Logits of the first `limit` examples, which the extractor must have."""

    def __init__(self, limit: int = LIMIT):
        super().__init__(limit, output="logits")

    def update(self, outputs, labels=None):
        if outputs.logits is None:
            raise ValueError(
                "A figure of classes needs an extractor that classifies, whose "
                "outputs have `logits`. Received: logits=None"
            )
        super().update(outputs, labels)


class ClassifierScore(Metric):
    """Classifier score of fakes, mean and standard deviation over splits.

    On the standard Inception network it is the Inception score. It does not depend on
    the real data: one perfect picture of each class scores best. The score of as many
    real images is the detail "of_real". At most 50,000 examples of each set are read.

    Args:
        num_splits: Number of parts that are scored separately, a positive integer.
        features: As in `Metric`; the extractor must classify.

    Example: `ClassifierScore(features="mnist")`
    Source: Salimans et al. (2016), section 4.
    """

    kind = "classifier_score"
    figures = ("classifier_score",)
    best = ("max",)
    standard_name = "inception_score"

    def __init__(self, num_splits: int = 10, features: Any = None):
        self.num_splits = arguments.positive_integer("num_splits", num_splits)
        super().__init__(features)

    def statistics(self):
        return {"real": Logits(), "fake": Logits()}

    def compute(self, collected, context):
        logits = collected["fake"].rows
        count, classes = logits.shape
        smallest = 1 if context.allow_few else classes
        if count // self.num_splits < smallest:
            raise Few(
                f"a classifier score needs at least {smallest} examples in each of "
                f"{self.num_splits} splits, as its score cannot exceed their number. "
                f"Received: {count} fake examples of {classes} classes"
            )
        scores = scores_of_splits(logits, self.num_splits)
        # Of as many examples: the score of fewer is lower.
        real = collected["real"].rows[:count]
        of_real = scores_of_splits(real, min(self.num_splits, len(real)))
        details = {
            "num_splits": self.num_splits,
            "num_classes": classes,
            "of_real": float(of_real.mean()),
        }
        meaning = f"standard deviation of {self.num_splits} splits"
        figure = Figure(float(scores.mean()), float(scores.std()), meaning, details)
        return {"classifier_score": figure}
