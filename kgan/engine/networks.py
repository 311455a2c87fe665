"""All networks inside one update, as functions of given values."""

import keras
import tensorflow as tf

from kgan.core import seeds
from kgan.core.seeds import Use


class Networks:
    """All networks inside one update: `nets.judge(x)`, `nets.encoder.sample(x)`.

    A call keeps the state that it moves (moving statistics), so that the next one
    begins there; `nets.frozen.judge(x)` does not. Random layers draw from the update's
    seed and the call's `key`, an integer or a tuple of them; by default the key is the
    network and the number of its call. Networks run in training mode, their methods
    too. Outputs are float32. A layer with `absorb` is only read by a call; what it was
    called with is absorbed once, after the update (`kgan.engine.state`).

    Attributes:
        step: Number of rounds played, for schedules.
        values: By name, `(trainable, state)`; the state moves with each call.
        rows: By name, what layers with `absorb` were called with.
        known: What the update has computed and may need again.
        fixed: The same, of what no weight of the move's players leads to: lazy terms,
            which have a tape of their own, see it too.
    """

    def __init__(self, stateless, values, context, training=True):
        self._stateless = stateless
        self._training, self._keep = training, True
        self.context, self.step = context, context.step
        self._start, self.values = values, dict(values)
        self.rows, self.known, self.fixed = {}, {}, {}
        self._calls, self._losses = {}, {}

    @property
    def frozen(self):
        """The same networks, whose calls keep no state."""
        view = object.__new__(Networks)
        view.__dict__.update(self.__dict__)  # the same dictionaries
        view._keep = False
        return view

    def branch(self, players):
        """Returns the networks for a loss of its own in a branch of `tf.cond`.

        The players are as before the update; other state is as it is now. `known` is
        empty: it was found under another tape.
        """
        values = self.values | {player: self._start[player] for player in players}
        view = Networks(self._stateless, values, self.context, self._training)
        view.fixed, view._calls = dict(self.fixed), dict(self._calls)
        return view

    def seed(self, *key):
        """Returns a seed of this update, as a layer's own seed state is."""
        return seeds.layer_state(self.context.fold(*key).seed, self.context.replica)

    def __getattr__(self, name):
        if name.startswith("_") or name not in self._stateless:
            raise AttributeError(
                f"The game has no network {name!r}. It has: "
                f"{', '.join(self._stateless)}"
            )
        return _Network(self, name)

    def weights(self, name):
        """Returns the values of a network's trainable weights, a list of tensors."""
        return self.values[name][0]

    def may_join(self, name, rows=None):
        """Returns whether two batches of so many rows may be given to it as one.

        Args:
            name: Name of a network.
            rows: Number of rows of each, None where it is known only in the graph.
        """
        together = self._stateless[name].rows_together
        if together is None or rows is None:
            return together == 1
        return rows % together == 0

    def run(self, name, function, key=None):
        """Returns `function(network)` with this update's values as its variables."""
        calls = self._calls[name] = self._calls.get(name, 0) + 1
        if key is None:
            key = (Use.CALL, list(self._stateless).index(name), calls)
        stateless, context = self._stateless[name], self.context
        if stateless.seed_states:
            context = context.fold(*(key if isinstance(key, tuple) else (key,)))
        result, values, losses = stateless.run(
            self.values[name], context, lambda: function(stateless.network)
        )
        if self._keep:
            self.values[name] = values
            self._losses.setdefault(name, []).append(losses)
        return keras.tree.map_structure(_float32, result)

    def own_losses(self, players):
        """Returns the players' regularisation losses: a layer's mean over its calls."""
        calls = (self._losses.get(player, []) for player in players)
        return [
            tf.add_n([tf.add_n(losses) / float(len(made)) for losses in made if losses])
            for made in calls
            if any(made)
        ]

    def unroll(self, function, initial, elements):
        """Scans over time with networks inside; returns the carries of all times.

        A network must not be called inside of `tf.scan` or `tf.while_loop` in any other
        way: the state that it moves there belongs to the loop. Here state passes from
        one time to the next, and random layers draw anew at each.

        Args:
            function: `(nets, carry, element) -> carry`: what happens at one time.
            initial: Structure of tensors.
            elements: Structure of tensors, the time axis first.
        """
        names = [n for n, (_, state) in self.values.items() if state]
        called = set()
        trainable = {n: t for n, (t, _) in self.values.items()}
        times = self._calls[None] = self._calls.get(None, 0) + 1
        whole = self.context.fold(Use.TIME, times) if times > 1 else self.context

        def body(carried, element):
            time, carry, states = carried
            values = {n: (t, states.get(n, [])) for n, t in trainable.items()}
            context = whole.fold(Use.TIME, time)
            inner = Networks(self._stateless, values, context, self._training)
            inner._keep = self._keep
            carry = function(inner, carry, element)
            refuse_pools(inner, "`unroll`")
            called.update(inner._losses)
            return time + 1, carry, {n: inner.values[n][1] for n in names}

        start = (tf.constant(0), initial, {n: self.values[n][1] for n in names})
        _, carries, states = tf.scan(body, elements, start)
        for name in names if self._keep else ():
            self.values[name] = (trainable[name], [s[-1] for s in states[name]])
        for name in called:  # losses of weights are the same at all times
            self.run(name, lambda network: None)
        return carries


class _Network:
    def __init__(self, nets, name):
        self._nets, self._name = nets, name

    def __call__(self, *inputs, key=None, **kwargs):
        nets, name = self._nets, self._name
        network = nets._stateless[name].network
        if nets._keep and hasattr(network, "absorb"):
            if name in nets.rows:
                raise ValueError(
                    f"{name!r} must be called once in an update, since it absorbs what "
                    "it was called with. Received: a second call"
                )
            nets.rows[name] = tf.nest.map_structure(tf.stop_gradient, list(inputs))
        kwargs = {"training": nets._training, **kwargs}
        return nets.run(name, lambda network: network(*inputs, **kwargs), key)

    def __getattr__(self, method):
        def call(*args, key=None, **kwargs):
            nets = self._nets

            def function(network):
                bound = getattr(network, method)
                opened = _CallContext(network, lambda: bound(*args, **kwargs))
                return opened(nets.step, training=nets._training)

            return nets.run(self._name, function, key)

        return call


class _CallContext(keras.layers.Layer):
    """Opens the context of a call, in which the layers of a method find `training`."""

    def __init__(self, network, function):
        super().__init__(dtype=network.dtype_policy, name="method")
        self.function = function
        self.built = True

    def call(self, step, training=None):
        return self.function()


def refuse_pools(nets, place):
    """Raises a ValueError for layers with `absorb` whose rows have no order."""
    if nets.rows:
        raise ValueError(
            f"{', '.join(nets.rows)} must not be called inside of {place}: the rows "
            "that it absorbs are those of the loss"
        )


def _float32(x):
    floating = getattr(getattr(x, "dtype", None), "is_floating", False)
    return tf.cast(x, tf.float32) if floating else x
