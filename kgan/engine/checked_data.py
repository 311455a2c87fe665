"""How a game reads the elements of its data, and what it checks of them."""

from kgan.engine import feeding, fields


class CheckedData:
    """Mixin of games that reads and checks batches by `unpack` and `fields`."""

    # === What a subclass may write ===

    def check_rows(self, count):
        """Checks that networks can take a number of rows on a replica."""

    def look_at_networks(self, element):
        """Warns of what networks return for the first batch, before the first step."""

    # === What `fit` asks ===

    def check(self, element, held_out=False):
        """Checks the first batch of a data set: names, shapes, dtypes, values.

        Args:
            element: The batch.
            held_out: Whether it must be as the training data before it.

        Raises:
            ValueError: If the batch is not what the game takes.
        """
        batch = self._named(element)
        # Where the game has none, they are those of the first batch that was played.
        known = self._plain.fields if self.step or held_out else None
        expected = self.fields() or known or fields.like(batch)
        fields.check(batch, expected)
        fields.check_values(batch, expected)
        self._plain.fields = expected

    def check_values(self, element, first=0):
        """Checks the values of some examples, whose first one has the number `first`.

        Raises:
            ValueError: If one is not what the game takes.
        """
        fields.check_values(self._named(element), self._plain.fields, first)

    def check_signs(self, elements):
        """Checks the first batches: `kgan.engine.fields.check_signs`."""
        fields.check_signs(map(self._named, elements), self._plain.fields)

    def _batch(self, data):
        batch = self._named(data)
        expected = self._plain.fields or self.fields() or fields.like(batch)
        fields.check(batch, expected)
        rows = fields.cast(batch, expected)
        # Integers are looked at as they came: in a narrower dtype they would wrap.
        accepted = self._plain.every_batch.accept(batch, expected)
        return rows, accepted

    def _named(self, element):
        batch = self.unpack(feeding.without_tuple(element))
        if not isinstance(batch, dict):
            raise ValueError(
                "`unpack` must return a dictionary of named tensors. Received: "
                f"{type(batch).__name__}, as data without names are"
            )
        return batch
