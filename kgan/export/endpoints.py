"""What a game serves: functions, their inputs and outputs, and words for a card."""

import dataclasses
from collections.abc import Callable

import keras
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Input:
    """One input of a served function.

    Args:
        spec: Its name, dtype and shape. Of any number of axes: a number of a request,
            or a vector with one for each.
        values: Which values it may have, in words.
        example: A value that is as good as any: a number, or the bytes of a file.
        default: What is meant where it is left out, or None.
        shape: Shape of an example where the spec leaves sides open, or None.
    """

    spec: tf.TensorSpec
    values: str
    example: float | bytes
    default: float | None = None
    shape: tuple | None = None

    @property
    def is_of_rows(self):
        """Whether it has a row for each example, and is no number of a request."""
        return self.spec.shape.rank is not None

    def examples(self, rows):
        """Returns an example for each of the rows or requests, a tensor."""
        return self._filled(rows, self.example)

    def default_value(self):
        """Returns the default as a tensor, with an axis as joined requests have."""
        return self._filled(1, self.default)

    def _filled(self, rows, value):
        shape = ()
        if self.is_of_rows:
            shape = self.spec.shape[1:] if self.shape is None else self.shape
        shape = (rows, *shape)
        return tf.fill(shape, tf.constant(value, self.spec.dtype))


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """A function that is served.

    Args:
        function: Of tensors, its arguments named as the inputs; returns a dictionary.
        inputs: Its `Input`s, in order.
        outputs: What it returns: dtype, shape and values in words, by name.
        networks: The networks whose variables it reads.
    """

    function: Callable
    inputs: tuple
    outputs: dict
    networks: tuple = ()

    @property
    def specs(self):
        """The specs of all inputs, in order."""
        return [given.spec for given in self.inputs]


@dataclasses.dataclass(frozen=True)
class Portable:
    """A network that becomes a file of its own, without the checks of a server.

    Args:
        name: Stem of the file's name, as in "generator".
        network: The network.
        function: Function of a network: returns the function of tensors that is
            written, with one output by name.
        specs: A named `tf.TensorSpec` of each input, in the order of its arguments.
        examples: Function from a count to typical inputs, arrays by name, in order.
        finish: Function from an output to what users get of it, such as uint8 images,
            where they do not ask for it as it is. None: they get it as it is.
        count: Number of inputs by which the file is compared with the network.
    """

    name: str
    network: keras.Model
    function: Callable
    specs: list
    examples: Callable
    finish: Callable | None = None
    count: int = 64


@dataclasses.dataclass(frozen=True)
class Servable:
    """All endpoints of a game, and the words of the model's card about them.

    Args:
        endpoints: `Endpoint` by name. "serving_default" answers clients that name none.
        summary: What is served, a sentence.
        facts: Lines of the table of the model's origin, texts by name.
        notes: Markdown below the table of endpoints: how to ask them.
        example: A request by which the card shows how to ask: name of an endpoint and
            its inputs by name. None: there is no short one.
        record: What else is needed to use the model from Python, for JSON, or None.
        portable: What becomes a file for other runtimes, a `Portable`, or None.
    """

    endpoints: dict
    summary: str
    facts: dict = dataclasses.field(default_factory=dict)
    notes: str = ""
    example: tuple | None = None
    record: dict | None = None
    portable: Portable | None = None

    @classmethod
    def of(cls, game, found):
        """Returns what `endpoints` of a game returned, a plain dictionary completed."""
        if isinstance(found, cls):
            return found
        players = " and ".join(game.players)
        trained = f", trained as a game of {players}" * bool(players)
        summary = f"A {type(game).__name__}{trained}."
        return cls(dict(found), summary, facts=dict(game.describe()))

    @property
    def networks(self):
        """All networks whose variables the endpoints read, each once."""
        every = [n for e in self.endpoints.values() for n in e.networks]
        return list({id(network): network for network in every}.values())
