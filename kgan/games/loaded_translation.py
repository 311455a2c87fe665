"""Translators that translate and are not trained."""

from collections.abc import Mapping

from kgan.engine.interface import Interface
from kgan.games.direction import Direction
from kgan.games.translation import Translation


class LoadedTranslation(Translation, Interface):
    """Networks that translate images, without a game that trains them.

    It translates, is measured and exported as a game of translation.

    Args:
        ways: `Direction` by name, as `Translation.directions` has the names.
        step: Number of rounds that were played; 0 where nobody knows.
        notice: As of `Interface`.
    """

    compiled = True  # it was, where it was trained

    def __init__(
        self, ways: Mapping[str, Direction], step: int = 0, notice: str | None = None
    ):
        self.directions = dict.fromkeys(ways)
        self._ways, self._step, self.notice = dict(ways), step, notice

    @property
    def step(self):
        return self._step

    @property
    def weights(self):
        return [v for way in self._ways.values() for v in way.network.variables]

    def begin_averages(self):
        """Does nothing: the networks are the averages, if there were any."""

    def direction(self, name=None):
        return self._ways[self.check_direction(name)]

    def _shapes(self):
        way = self.direction()
        return way.source_shape, way.target_shape

    def unpack(self, element):
        return element
