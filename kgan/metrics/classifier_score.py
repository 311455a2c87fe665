"""Classifier score: sure of each fake, and of many classes in all, as in IS."""

import itertools

import numpy as np

from kgan.core import arguments
from kgan.metrics.base import Few, Figure, Metric
from kgan.metrics.feature_rows import LIMIT, Rows


def classifier_score(logits: np.ndarray) -> float:
    """Finds exp(E KL(p(y|x) ‖ p(y))), where p(y) is the mean of all p(y|x).

    Args:
        logits: Array of shape `(n, classes)`; p(y|x) is their softmax.

    Returns:
        A float in [1, min(n, classes)]: 1 where all examples look the same to the
        classifier, the number of classes where it is sure of each and all are as
        frequent.

    Example:
        ```python
        classifier_score(100 * np.eye(5))  # 5
        ```

    Source:
        Salimans et al., "Improved Techniques for Training GANs" (2016), section 4.
    """
    from scipy import special

    log_given = special.log_softmax(np.asarray(logits, np.float64), axis=1)
    # Of logarithms: where all probabilities of a class underflow, its mean would be 0.
    log_mean = special.logsumexp(log_given, axis=0) - np.log(len(log_given))
    divergences = np.sum(np.exp(log_given) * (log_given - log_mean), axis=1)
    return float(np.exp(divergences.mean()))


def scores_of_splits(logits: np.ndarray, num_splits: int) -> np.ndarray:
    """Finds the classifier scores of consecutive parts, as equal as can be.

    Args:
        logits: Array of shape `(n, classes)`, n ≥ num_splits.
        num_splits: Number of parts; part i are the examples from ⌊i n / parts⌋ on.

    Returns:
        float64 of shape `(num_splits,)`.
    """
    ends = np.arange(num_splits + 1) * len(logits) // num_splits
    return np.array(
        [classifier_score(logits[start:end]) for start, end in itertools.pairwise(ends)]
    )


class Logits(Rows):
    """What a classifier says of the first examples.

    Args:
        limit: Most rows that are kept.

    Raises:
        ValueError: On `update`, if the extractor gives features alone.
    """

    def __init__(self, limit: int = LIMIT):
        super().__init__(limit, output="logits")

    def update(self, outputs, labels=None):
        """Adds the logits of a batch, as long as there is room."""
        if outputs.logits is None:
            raise ValueError(
                "A figure of classes needs an extractor that classifies, whose "
                "outputs have `logits`. Received: logits=None"
            )
        super().update(outputs, labels)


class ClassifierScore(Metric):
    """Classifier score of fakes, mean and standard deviation over splits.

    On the standard Inception network it is the Inception score. It knows nothing of the
    real data: a generator of one perfect picture for each class has the best score.
    What the same classifier gives for as many real images stands beside it as
    "of_real": what can be reached. It reads at most 50,000 of each.

    Args:
        num_splits: Number of parts that are scored apart, a positive integer.
        features: Name of an extractor or an extractor that is a classifier.

    Raises:
        ValueError: If `num_splits` is not a positive integer; while it collects, if the
            extractor gives no logits.

    Example:
        ```python
        ClassifierScore(features="mnist")
        ```

    Source:
        Salimans et al. (2016), section 4.
    """

    kind = "classifier_score"
    figures = ("classifier_score",)
    best = ("max",)
    standard_name = "inception_score"

    def __init__(self, num_splits=10, features=None):
        self.num_splits = arguments.positive_integer("num_splits", num_splits)
        super().__init__(features)

    def statistics(self):
        """Collects the logits of reals and of fakes."""
        return {"real": Logits(), "fake": Logits()}

    def compute(self, collected, context):
        """Finds the mean score of the splits.

        Raises:
            Few: If a split has fewer examples than there are classes, whose number its
                score then cannot reach; with `allow_few` only if one has none.
        """
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
        # As many: the score of few examples is lower.
        real = collected["real"].rows[:count]
        of_real = scores_of_splits(real, min(self.num_splits, len(real)))
        details = {
            "num_splits": self.num_splits,
            "num_classes": classes,
            "of_real": float(of_real.mean()),
        }
        figure = Figure(
            float(scores.mean()),
            float(scores.std()),
            f"standard deviation of {self.num_splits} splits",
            details,
        )
        return {"classifier_score": figure}
