"""What every game has to pass: one body for all, driven by a `Case`.

A test file derives a class from `Contract` and sets its `case`. All is compared with
one run, `base`: a graph on one device, two epochs of a few rounds.
"""

import csv
import dataclasses
import json
import math
import pathlib
import subprocess
import sys
import textwrap
import types
from collections.abc import Callable

import keras
import moves
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import kgan
from kgan.engine.compilation import Compiler
from kgan.engine.networks import Networks
from kgan.engine.round import Round
from kgan.export.endpoints import Servable

ROWS = 8  # of an update


def sgd():
    return keras.optimizers.SGD(0.05, momentum=0.5)


def adam():
    # Without the large ε it makes of any rounding a step of its own size.
    return keras.optimizers.Adam(0.01, epsilon=1e-3)


@dataclasses.dataclass(frozen=True)
class Case:
    """A game, and what is true of it alone.

    Attributes:
        build: `random -> game`, with tiny networks that look at no batch. `random`:
            whether to have what draws anew for each micro-batch, such as dropout.
        rows: `count -> nest of arrays` of so many rows, the data.
        rounds: Number of rounds of an epoch, of which there are two.
        options: `random -> further arguments of compile`.
        optimizer: Returns an optimizer.
        writes: By the place of a move, the networks besides its players that it moves.
        tolerance: Largest difference to `base` of a weight in another mode.
        apart: The same where rows are on two replicas, or in two micro-batches.
        xla_on_replicas: Whether XLA compiles where all is tried at once, too.
        columns: Names of the picture's columns; none: the game draws no pictures.
        endpoints: Names of what it serves; none: it serves nothing. None: not asked.
    """

    build: Callable
    rows: Callable
    rounds: int = 2
    options: Callable = lambda random: {}
    optimizer: Callable = sgd
    writes: dict = dataclasses.field(default_factory=dict)
    tolerance: float = 1e-5
    apart: float = 1e-5
    xla_on_replicas: bool = False
    columns: tuple = ()
    endpoints: tuple = ()

    def make(self, strategy=None, random=True, **options):
        """Returns the compiled game, the same each time."""
        keras.utils.set_random_seed(0)
        with (strategy or tf.distribute.get_strategy()).scope():
            game = self.build(random)
            optimizers = {player: self.optimizer() for player in game.players}
            if isinstance(game, kgan.GAN):
                named = {f"{player}_optimizer": o for player, o in optimizers.items()}
                game.compile(**named, **self.options(random), **options)
            else:
                game.compile(optimizers, **self.options(random), **options)
        return game

    def data(self, game):
        """Returns an epoch of data, always the same."""
        rows = self.rounds * ROWS * game.batches_a_round
        data = tf.data.Dataset.from_tensor_slices(self.rows(rows))
        return data.batch(ROWS, drop_remainder=True)

    def fit(self, game, epochs=2, **options):
        """Plays; returns the game."""
        data = self.data(game)
        game.fit(data, epochs=epochs, shuffle=False, verbose=0, **options)
        return game


def network(shapes, out, dropout=0.0, classes=None, units=8, name=None):
    """A network of one hidden layer that looks at no batch.

    Args:
        shapes: Shape of an example of each input.
        out: Shape of an example of its output.
        dropout: Rate of dropout in the hidden layer.
        classes: Number of classes of a last input of labels, or None.
        units: Units of the hidden layer.
        name: Of the network.
    """
    inputs = [keras.Input(shape) for shape in shapes]
    flat = [layers.Reshape((math.prod(x.shape[1:]),))(x) for x in inputs]
    if classes is not None:
        inputs.append(keras.Input((), dtype="int32"))
        flat.append(layers.Embedding(classes, 3)(inputs[-1]))
    x = layers.Concatenate()(flat) if len(flat) > 1 else flat[0]
    x = layers.Dense(units, activation="tanh")(x)
    if dropout:
        x = kgan.layers.Dropout(dropout)(x)
    x = layers.Reshape(out)(layers.Dense(math.prod(out))(x))
    x = layers.Activation("tanh" if len(out) > 1 else "linear", dtype="float32")(x)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], x, name=name)


def images(count, shape=(4, 4, 1), seed=0):
    """Random images in [−1, 1]."""
    draw = np.random.default_rng(seed)
    return draw.uniform(-1, 1, (count, *shape)).astype("float32")


def state(game):
    """All that a game goes on from, arrays by owner and place."""
    averages = {f"ema_{player}" for player in game.averages()}
    owners = {**game.networks, **{name: getattr(game, name) for name in averages}}
    held = {name: layer.weights for name, layer in owners.items()}
    held |= {f"{p}_optimizer": o.variables for p, o in game.optimizers.items()}
    held["clock"] = game.clock.weights
    return {
        (owner, place): np.array(v)
        for owner, variables in held.items()
        for place, v in enumerate(variables)
    }


def difference(ours, theirs):
    """The largest difference between two states; integers must be equal."""
    assert ours.keys() == theirs.keys()
    largest = 0.0
    for key, mine in ours.items():
        if mine.dtype.kind == "f":
            assert np.isfinite(mine).all(), key
            largest = max(largest, float(np.abs(mine - theirs[key]).max(initial=0.0)))
        else:
            np.testing.assert_array_equal(mine, theirs[key], err_msg=key)
    return largest


def changed(before, after):
    """Names of the owners of which something has changed by a bit."""
    assert before.keys() == after.keys()
    return {
        owner
        for (owner, place), old in before.items()
        if old.tobytes() != after[owner, place].tobytes()
    }


def play_alone(game, place, batch):
    """Plays one move of a round and nothing else, without a graph."""
    whole = game._plain.round
    move = whole.moves[place]
    norms = {p: f"{game.log_name(p)}_gradient_norm" for p in move.players}
    eager = Compiler(True, run_eagerly=True)
    alone = Round((move,), whole.stateless, norms, whole.clock, whole.logs, {}, eager)
    alone.play(batch, alone.draw(game.seed, ROWS))


def networks_of(game, step=0):
    """The networks of a compiled game inside an update, with their values of now."""
    stateless = game._plain.stateless
    values = {name: network.values() for name, network in stateless.items()}
    return Networks(stateless, values, moves.context(step=step))


def check_own_networks(game, data, folder, process, endpoint, **options):
    """Networks of a game's own go the whole way, two rounds of them.

    Args:
        game: The game, not compiled.
        data: Arrays for two batches.
        folder: Where it is saved.
        process: A `BareProcess`.
        endpoint: Name of an endpoint whose inputs are rows.
        **options: Arguments of `compile`; none: Adam for each player.
    """
    options = options or {"optimizers": dict.fromkeys(game.players, "adam")}
    game.compile(**options, jit_compile=False)
    size = len(tf.nest.flatten(data)[0]) // 2
    history = game.fit(data, batch_size=size, verbose=0, validation_data=data).history
    assert game.step == 2
    assert all(np.isfinite(values).all() for values in history.values())
    assert {f"val_{move.logs[0]}" for move in game.moves()} <= set(history)
    game.save(folder / "game.keras")
    loaded = keras.models.load_model(folder / "game.keras")
    assert changed(state(game), state(loaded)) == set()
    path = kgan.export.saved_model(loaded, folder / "served")
    served = Servable.of(game, game.endpoints()).endpoints[endpoint]
    inputs = {i.spec.name: i.examples(2) for i in served.inputs}
    found = process(path, endpoint, inputs)
    for name, values in served.function(**inputs).items():
        # Floats: differences of bytes would wrap, and one level may be rounded away.
        atol = 1.0 if values.dtype == tf.uint8 else 1e-5
        expected = np.asarray(values) + 0.0
        np.testing.assert_allclose(found[name] + 0.0, expected, atol=atol)


class Contract:
    """Tests of a game; a subclass sets `case`, a `Case`."""

    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory):
        return tmp_path_factory.mktemp("contract")

    @pytest.fixture(scope="class")
    @classmethod
    def base(cls, folder):
        """The run with which all others are compared, with callbacks of Keras."""
        game = cls.case.make(jit_compile=False)
        callbacks = keras.callbacks
        watchers = [
            callbacks.ModelCheckpoint(folder / "{epoch}.keras"),
            callbacks.CSVLogger(folder / "log.csv"),
            callbacks.TensorBoard(folder / "tensorboard", update_freq=1),
            callbacks.TerminateOnNaN(),
            callbacks.BackupAndRestore(folder / "backup"),
        ]
        data = cls.case.data(game)
        history = game.fit(
            data, epochs=2, shuffle=False, verbose=0, callbacks=watchers
        ).history
        return types.SimpleNamespace(game=game, history=history, state=state(game))

    @pytest.fixture(scope="class")
    @classmethod
    def whole(cls):
        """The same without what draws anew for each micro-batch, and without graphs."""
        return state(cls.case.fit(cls.case.make(random=False, run_eagerly=True)))

    def near(self, game, expected, tolerance=None):
        """The state of a game that was played in another mode is that of `base`."""
        tolerance = self.case.tolerance if tolerance is None else tolerance
        found = difference(state(game), expected)
        print(f"{type(self).__name__}: {found:.2e}")
        assert found <= tolerance

    # === Modes ===

    def test_eager(self, base):
        self.near(self.case.fit(self.case.make(run_eagerly=True)), base.state)

    def test_xla(self, base):
        self.near(self.case.fit(self.case.make(jit_compile=True)), base.state)

    def test_two_replicas(self, base, two_replicas):
        game = self.case.make(two_replicas, jit_compile=False)
        self.near(self.case.fit(game), base.state, self.case.apart)

    def test_micro_batches_and_several_steps_in_one_call(self, whole):
        options = {"jit_compile": False, "steps_per_execution": 2, "micro_batches": 2}
        game = self.case.fit(self.case.make(random=False, **options))
        self.near(game, whole, self.case.apart)

    def test_all_at_once(self, whole, two_replicas):
        compiled = self.case.xla_on_replicas
        options = {
            "steps_per_execution": 2,
            "micro_batches": 2,
            "jit_compile": compiled,
        }
        game = self.case.make(two_replicas, random=False, **options)
        self.near(self.case.fit(game), whole, self.case.apart)

    @pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
    def test_half_precision(self, base, policy):
        keras.config.set_dtype_policy(policy)
        game = self.case.make(jit_compile=False)
        keras.config.set_dtype_policy("float32")
        scaled = keras.optimizers.LossScaleOptimizer
        for place, optimizer in enumerate(game.optimizers.values()):
            assert isinstance(optimizer, scaled) is (policy == "mixed_float16")
            if policy == "mixed_float16":  # a scale of its own, far below an overflow
                optimizer.dynamic_scale.assign(2.0 ** (6 + 2 * place))
        self.case.fit(game)
        ours = {k: v for k, v in state(game).items() if "optimizer" not in k[0]}
        theirs = {k: base.state[k] for k in ours}
        found = difference(ours, theirs)
        print(f"{type(self).__name__} {policy}: {found:.2e}")
        # bfloat16 keeps 8 bits of a number, float16 11; pools hold images in [-1, 1].
        assert 0.0 < found < {"mixed_bfloat16": 0.1, "mixed_float16": 0.03}[policy]
        for optimizer in game.optimizers.values():
            assert optimizer.iterations.numpy() > 0

    # === Saving ===

    def test_a_loaded_game_goes_on_bit_for_bit(self, base, folder):
        game = keras.models.load_model(folder / "1.keras")
        assert game.step == self.case.rounds
        self.case.fit(game, initial_epoch=1)
        assert changed(base.state, state(game)) == set()
        assert (game.step, game.position) == (base.game.step, base.game.position)
        assert (
            changed(base.state, state(keras.models.load_model(folder / "2.keras")))
            == set()
        )

    # === Moves ===

    def test_a_move_changes_what_it_names(self):
        game = self.case.make(run_eagerly=True)
        element = next(iter(self.case.data(game)))
        game.check(element)
        batch, _ = game._batch(element)
        for place, move in enumerate(game.moves()):
            game.clock.rounds.assign(0)  # lazy terms act
            before = state(game)
            play_alone(game, place, batch)
            named = {*move.players, *(f"{player}_optimizer" for player in move.players)}
            named |= {"clock", *self.case.writes.get(place, ())}
            assert changed(before, state(game)) == named

    # === Keras ===

    def test_logs_and_their_order(self, base):
        moves = base.game.moves()
        expected = [
            *(name for move in moves for name in move.logs[:1]),
            *(name for move in moves for name in move.logs[1:]),
            *(name for move in moves for name in move.terms),
            *(f"{base.game.log_name(p)}_gradient_norm" for p in base.game.players),
        ]
        assert list(base.game.get_metrics_result()) == expected
        assert list(base.history) == sorted(expected)  # as Keras shows them
        assert all(np.isfinite(values).all() for values in base.history.values())

    def test_callbacks_of_keras(self, base, folder):
        with open(folder / "log.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 2
        for name, values in base.history.items():
            told = [float(row[name]) for row in rows]
            np.testing.assert_allclose(told, values, rtol=1e-6)
        assert list((folder / "tensorboard" / "train").glob("events*"))

    def test_a_schedule_of_keras_steers_every_player(self):
        game = self.case.make(run_eagerly=True)
        first = [float(o.learning_rate.numpy()) for o in game.optimizers.values()]
        schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        self.case.fit(game, epochs=1, callbacks=[schedule])
        for optimizer, rate in zip(game.optimizers.values(), first, strict=True):
            np.testing.assert_allclose(optimizer.learning_rate.numpy(), rate / 2)

    def test_evaluate_changes_nothing(self, base):
        data = self.case.data(base.game)
        before = state(base.game)
        found = base.game.evaluate(data, verbose=0, return_dict=True)
        again = base.game.evaluate(data, verbose=0, return_dict=True)
        assert found == again
        assert set(found) <= set(base.history)
        assert np.isfinite(list(found.values())).all()
        assert changed(before, state(base.game)) == set()

    # === What other rooms ask ===

    def test_it_describes_itself(self, base):
        told = base.game.describe()
        for player in base.game.players:
            size = getattr(base.game, player).count_params()
            assert f"{size:,} parameters" in told[player]

    def test_pictures(self, base):
        batch = next(iter(self.case.data(base.game)))
        if not self.case.columns:
            with pytest.raises(ValueError, match="draws no pictures"):
                base.game.shown(2, examples=batch)
            return
        shown = base.game.shown(2, examples=batch, columns=2)
        assert tuple(shown) == self.case.columns
        for images in shown.values():
            assert images.dtype == np.uint8
            assert images.shape[0] == 2

    def test_what_it_serves_runs_without_keras(self, base, folder, bare_process):
        if self.case.endpoints is None:
            pytest.skip("tests/export asks it")
        if not self.case.endpoints:
            with pytest.raises(ValueError, match="serves nothing"):
                kgan.export.saved_model(base.game, folder / "served")
            return
        path = kgan.export.saved_model(base.game, folder / "served")
        served = Servable.of(base.game, base.game.endpoints()).endpoints
        assert set(served) == set(self.case.endpoints)
        for name, endpoint in served.items():
            inputs = {i.spec.name: i.examples(2) for i in endpoint.inputs}
            expected = tf.function(endpoint.function)(**inputs)
            found = bare_process(path, name, inputs)
            assert found.keys() == expected.keys()
            for output, values in expected.items():
                ours, theirs = found[output], values.numpy()
                if theirs.dtype == object:  # files
                    assert ours.tolist() == theirs.tolist()
                else:
                    np.testing.assert_allclose(ours, theirs, atol=1e-5)


_SERVER = """
    import json, sys
    sys.modules["keras"] = sys.modules["kgan"] = None  # neither can be imported
    import numpy as np
    import tensorflow as tf
    for line in sys.stdin:
        path, name, file = json.loads(line)
        served = tf.saved_model.load(path)
        with np.load(file, allow_pickle=True) as given:
            inputs = {key: tf.constant(given[key]) for key in given}
        outputs = served.signatures[name](**inputs)
        np.savez(file, **{key: value.numpy() for key, value in outputs.items()})
        print("done", flush=True)
"""


class BareProcess:
    """A process with TensorFlow alone, which answers what a SavedModel is asked.

    Args:
        folder: Where inputs and outputs are exchanged.
    """

    def __init__(self, folder):
        self.file = folder / "values.npz"
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(_SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, path, name, inputs):
        np.savez(self.file, **{key: np.asarray(x) for key, x in inputs.items()})
        request = json.dumps([str(pathlib.Path(path)), name, str(self.file)])
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"
        with np.load(self.file, allow_pickle=True) as results:
            return dict(results)

    def close(self):
        with self.process:
            self.process.kill()
