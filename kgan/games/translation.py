"""Methods of a trained game of translation."""

import numpy as np

from kgan.core import arguments, backend, registry
from kgan.core.pictures import by_class, is_label_map, is_picture
from kgan.export.exportable import Exportable
from kgan.games import translation_endpoints
from kgan.games.direction import Direction, shapes
from kgan.games.sampler import in_batches, to_uint8
from kgan.games.translated import Annotated, Cycles, Translated, TranslatedPairs

_ROWS = 8
_AT_ONCE = 2**20  # pixels that go through a network at a time


def require(game, who):
    """Checks that a game translates, before something is asked of it.

    Args:
        game: Any model.
        who: What needs it, as in "`kgan translate`".

    Raises:
        ValueError: If it is no `Translation`.
    """
    if not isinstance(game, Translation):
        raise ValueError(
            f"{who} needs a game of translation, such as kgan.Pix2Pix. "
            f"Received: a {type(game).__name__}"
        )


class Translation(Exportable):
    """Mixin of games that translate images, in one direction or in two.

    It reads the player of each direction, and `ema_<player>` where there is an average.
    A source or a target that is no picture (`kgan.core.pictures`), such as one of many
    bands, stays float32.

    Attributes:
        directions: By the name of a direction, the player that translates. The first
            one leads to the targets, the second one back.
        image_size: (height, width) of the images of the data, where networks take any;
            or None.
    """

    directions = {"to_target": "generator"}
    image_size = None

    def direction(self, name: str | None = None) -> Direction:
        """Returns a `kgan.games.direction.Direction`, averaged if there is an average.

        Args:
            name: One of `directions`; None: the first.

        Raises:
            ValueError: If there is no such direction.
        """
        name = self.check_direction(name)
        if backend.is_tensorflow():  # elsewhere `predict` did, which traces this
            self.begin_averages()
        return Direction(self._network(self.directions[name]), self.image_size)

    def check_direction(self, name):
        """Returns the name of a direction, the first for None; raises for others."""
        name = next(iter(self.directions)) if name is None else name
        registry.check_known("`direction` must be one of", name, self.directions)
        return name

    def _network(self, player):
        average = getattr(self, f"ema_{player}", None)
        return getattr(self, player) if average is None else average

    @property
    def translator(self):
        """The network of the first direction: the average if there is one."""
        return self.direction().network

    @property
    def data_shape(self):
        """Shape of a target; sides that nobody knows are None."""
        return self._shapes()[1]

    @property
    def source_shape(self):
        """Shape of a source; sides that nobody knows are None."""
        return self._shapes()[0]

    def _shapes(self):
        player = next(iter(self.directions.values()))
        return shapes(getattr(self, player), self.image_size)

    @property
    def is_image(self):
        """Whether targets are images in [−1, 1]."""
        return is_picture(self.data_shape)

    def averages(self):
        if self.ema_momentum is None:
            return {}
        return dict.fromkeys(self.directions.values(), self.ema_momentum)

    def call(self, inputs):
        return self.translator(inputs, training=False)

    def translate(
        self,
        images: np.ndarray,
        batch_size: int = 32,
        direction: str | None = None,
        seed: int = 0,
    ) -> np.ndarray:
        """Translates images; returns a NumPy array of targets, uint8 if pictures.

        Args:
            images: Array of sources, uint8, or float32 in [−1, 1]. Their sides may be
                any where the network was built for `(None, None, channels)`.
            batch_size: Images in memory at a time.
            direction: "to_target", or of a game of two directions "to_source".
            seed: Of translations that are drawn (dropout, latents): image i has those
                of `seed + i`. Others have no use for it.

        Raises:
            ValueError: If images are none that the network takes, or there is no such
                direction.
        """
        way = self.direction(direction)
        arguments.index("seed", seed)
        images = way.sources(images)

        def translated(images, numbers):
            return visible(way.floats(images, numbers))

        return in_batches(translated, batch_size, images, _numbers(images, seed))

    def translated(self, images, direction=None, seed=0):
        """Returns translations as the network's floats, an array."""
        way = self.direction(direction)
        return _floats(way, way.sources(images), seed)

    # === What the rest of kgan asks of any game ===

    def shown(self, rows=None, seed=0, examples=None, columns=8):
        """Returns what becomes of the first examples, in columns side by side.

        They are source, output and target; of two directions each side, its translation
        and the way back. A side whose images are one-hot label maps, and what is
        translated to it, are shown by a colour for each class.
        """
        if examples is None:
            raise ValueError(
                "`examples` must be a batch of the data: what a translation shows. "
                "Received: none"
            )
        batch = self.unpack(examples)
        both = [np.asarray(batch[side]) for side in ("source", "target")]
        of_source, of_target = (by_class if is_label_map(x) else visible for x in both)
        x, y = (side[: rows or _ROWS] for side in both)
        output = self.translated(x, seed=seed)
        found = {"source": of_source(x), "output": of_target(output)}
        if len(self.directions) == 1:
            return found | {"target": of_target(y)}
        there, back = map(self.direction, self.directions)
        returned = _floats(back, back.sources(y), seed)
        return found | {
            "back to source": of_source(_floats(back, output, seed)),
            "target": of_target(y),
            "output of target": of_source(returned),
            "back to target": of_target(_floats(there, returned, seed)),
        }

    def examples(self, count, seed=0, dataset=None, direction=None):
        """Returns translations of a data set's sources, which metrics compare.

        Args:
            count: The most of them.
            seed: Of translations that are drawn.
            dataset: A source of pairs or of two sets, as `kgan.data.Pairs`.
            direction: As of `translate`; of "to_source" the targets are translated.
        """
        return Translated(self, dataset, count, seed, direction)

    def pairs(self, count, seed=0, dataset=None, direction=None):
        """Returns translations beside the targets of the same pairs; see `examples`."""
        return TranslatedPairs(self, dataset, count, seed, direction)

    def cycles(self, count, seed=0, dataset=None, direction=None, disturbance=None):
        """Returns sources beside what comes back of them; see `examples`.

        Args:
            count: As of `examples`, and so are the next three.
            seed: The same.
            dataset: The same.
            direction: The same.
            disturbance: What happens to the translations on their way: None, "noise" or
                "jpeg", see `kgan.games.translated.Cycles`.
        """
        if len(self.directions) == 1:
            raise self._unanswered("cycles", "translates in one direction alone")
        return Cycles(self, dataset, count, seed, direction, disturbance)

    def annotated(self, count, seed=0, dataset=None, direction=None):
        """Returns translations with the classes of their sources; see `examples`."""
        return Annotated(self, dataset, count, seed, direction)

    def endpoints(self, direction=None):
        """Returns what is served; see `kgan.games.translation_endpoints`.

        Args:
            direction: Name of the only one that is served; None: all.
        """
        return translation_endpoints.servable(self, direction)


def _floats(direction, images, seed):
    """Translates float32 sources, as many at a time as there is room for."""
    rows = max(1, _AT_ONCE // int(np.prod(images.shape[1:3])))
    return in_batches(direction.floats, rows, images, _numbers(images, seed))


def _numbers(images, seed):
    return np.arange(seed, seed + len(images), dtype=np.int64)


def visible(data):
    """Returns pictures as uint8, other data as they are; a NumPy array."""
    return np.asarray(to_uint8(data) if is_picture(data.shape[1:]) else data)
