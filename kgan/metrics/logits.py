"""Logits of a limited number of examples, from an extractor that classifies."""

from kgan.metrics.feature_rows import LIMIT, Rows


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
