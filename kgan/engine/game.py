"""A game of any number of players as a Keras model."""

import types
from collections.abc import Iterable, Mapping
from typing import Any

import keras
import tensorflow as tf

from kgan.core import arguments, backend, seeds
from kgan.core.seeds import Use
from kgan.engine import (
    declaration,
    feeding,
    replicas,
    stock_callbacks,
    strategy_checks,
    train_function,
)
from kgan.engine.alternation import get as find_alternation
from kgan.engine.averaged import Averaged
from kgan.engine.checked_data import CheckedData
from kgan.engine.clock import Clock
from kgan.engine.compilation import Compiler
from kgan.engine.config import ConfigByArguments
from kgan.engine.every_batch import EveryBatch
from kgan.engine.interface import Interface
from kgan.engine.logs import Logs
from kgan.engine.move import Move, batches_of, players_of
from kgan.engine.networks import Networks
from kgan.engine.optimizers import OptimizerView, prepare_all
from kgan.engine.round import Round, rows_of
from kgan.engine.saving import SavedByAttribute
from kgan.engine.stateless import Stateless


class Game(
    CheckedData, Averaged, Interface, ConfigByArguments, SavedByAttribute, keras.Model
):
    """Players, the fields of a batch, the moves of a round.

    A subclass writes formulas, the engine plays them: tapes, XLA, replicas, seeds,
    averages, logs, checks, saving and resuming are those of every game.

    Every layer that is an attribute of the game is callable in a loss under that name:
    `self.to_b = to_b` gives `nets.to_b(x)`, see `kgan.engine.networks.Networks`. It
    must be built. Each argument of the constructor must be an attribute of the same
    name. A subclass must write `moves`, and `held_out` to be evaluated.

    Args:
        seed: Every draw follows from it and from the step's number.
        name: Name of the model.

    Attributes:
        clock: The `kgan.engine.clock.Clock` that counts rounds.
        group_size: How many rows of a batch belong together.

    Raises:
        ValueError: If `seed` is no integer in [0, 2⁶²), or a subclass has a method
            under a name that Keras needs.

    Example:
        ```python
        import tensorflow as tf

        @keras.saving.register_keras_serializable(package="my")
        class Autoencoder(kgan.Game):
            def __init__(self, encoder, decoder, **kwargs):
                super().__init__(**kwargs)
                self.encoder, self.decoder = encoder, decoder

            def unpack(self, element):
                return {"images": element}

            def moves(self):
                return (kgan.Move(("encoder", "decoder"), self.distance, ("l1",)),)

            def distance(self, nets, batch):
                back = nets.decoder(nets.encoder(batch["images"]))
                l1 = tf.reduce_mean(tf.abs(back - batch["images"]))
                return l1, {"l1": l1}
        ```
    """

    group_size = 1
    _plain = None  # what `compile` has set, which Keras must not track
    # What the game calls its number of batches of a round.
    batches_argument = "repeats"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        declaration.check_methods(cls)

    def __init__(self, seed: int = 0, name: str | None = None):
        # float32 whatever the policy: what is drawn must not lose bits on its way.
        super().__init__(name=name, dtype="float32")
        arguments.index("seed", seed)
        self.seed = seed
        self.clock = Clock()
        self.built = True

    def __setattr__(self, name, value):
        declaration.check_attribute(Game, name, value)
        super().__setattr__(name, value)

    # === What a subclass writes ===

    def moves(self) -> tuple[Move, ...]:
        """Returns the game: a tuple of `Move`."""
        raise NotImplementedError(f"{type(self).__name__} must write `moves`.")

    def unpack(self, element: Any) -> Mapping[str, Any]:
        """Returns an element of the data set as a dictionary of named tensors."""
        return element

    def fields(self) -> Any:
        """Returns a nest of `Field`; None: batches must be as the first one is."""

    def averages(self) -> Mapping[str, Any]:
        """Returns by player the momentum of its average `ema_<player>`, or a schedule.

        It is a network of its own, which moves when the player moved.
        """
        return {}

    def held_out(self, nets: Any, batch: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns the logs of `evaluate`, among those of the moves."""
        raise NotImplementedError(
            f"{type(self).__name__} must write `held_out` to be evaluated on held-out "
            "data; or call `fit` without `validation_data`."
        )

    # === What the rest of kgan asks ===

    @property
    def networks(self) -> Mapping[str, keras.layers.Layer]:
        """All networks and layers of the game by name, read only."""
        # No `dict`: Keras' saving visits properties, and would save what lies in one
        # under the names of classes.
        averaged = {f"ema_{player}" for player in self.averages()}
        return types.MappingProxyType(
            {
                name: layer
                for name, layer in vars(self).items()
                if isinstance(layer, keras.layers.Layer)
                and name not in averaged
                and not (name == "clock" or name.startswith("_"))
            }
        )

    @property
    def players(self):
        return players_of(self.moves())

    @property
    def optimizer(self) -> Any:
        """All optimizers together, for callbacks that read them; None at first."""
        return getattr(getattr(self, "_plain", None), "optimizer", None)

    @optimizer.setter
    def optimizer(self, value):
        if value is not None:  # Keras' `compile` sets None
            raise AttributeError(
                "A game has an optimizer for each player: compile(optimizers={...})"
            )

    @property
    def batches_a_round(self):
        return batches_of(self.moves())

    @property
    def needs_full_batches(self) -> bool:
        """Whether a step takes no shorter batch than the first one."""
        return self.group_size > 1 or getattr(self._plain, "micro_batches", 1) > 1

    # === Compile ===

    def compile(
        self,
        optimizers: Mapping[str, Any],
        *,
        alternation: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        micro_batches: int = 1,
        frozen: Iterable[str] = (),
    ) -> None:
        """Sets how the game is played.

        Args:
            optimizers: By player, a Keras optimizer or its name. Each is kept as the
                attribute `<player>_optimizer`.
            alternation: `kgan.alternation.Periods` in which players wait; None: all
                move in every round.
            run_eagerly: Whether to run without graphs, for debugging.
            steps_per_execution: Number of steps in one call of the compiled function.
            jit_compile: Whether XLA compiles the step: on one device the whole round,
                on several each replica's gradients. "auto": on an accelerator.
            micro_batches: Number of parts in which an update takes its batch, one after
                the other: the same gradient from less memory.
            frozen: Names of players that keep their weights. Others that cannot move,
                as old code leaves them, are warned of.

        Raises:
            ValueError: If moves name what the game has not, optimizers do not fit the
                players, or something was made outside the scope of the strategy.
        """
        backend.require_tensorflow("Training")
        arguments.positive_integer("micro_batches", micro_batches)
        strategy, networks = self.distribute_strategy, self.networks
        moves = declaration.checked(self)
        players = {player: networks[player] for player in players_of(moves)}
        declaration.check_compile(optimizers, frozen, players)
        strategy_checks.check_compile(self, networks, optimizers, steps_per_execution)
        single = strategy_checks.on_one_device(strategy)
        compiler = Compiler(single, run_eagerly, jit_compile)
        alternation = find_alternation(alternation)
        before = getattr(self._plain, "frozen", ())
        with strategy.scope():
            prepared = prepare_all(optimizers, players)
            declaration.freeze(frozen, players, before)
            # Keras must make no optimizer, nor compile the whole step: under a
            # strategy XLA fails on variables of another device.
            super().compile(
                optimizer=None,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
                jit_compile=False,
            )
            self.keep_optimizers(prepared)
            for player in self.averages():
                self.add_average(player)
            self._plain = types.SimpleNamespace(
                optimizer=OptimizerView(prepared),
                compiler=compiler,
                alternation=alternation,
                micro_batches=micro_batches,
                frozen=frozenset(frozen),
                stuck=declaration.stuck(players),
                fields=None,
                every_batch=EveryBatch(),
                logs=None,
            )
            self._set_up(moves)
        self.keep_compile_arguments(
            optimizers=prepared,
            alternation=self._plain.alternation,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            micro_batches=micro_batches,
            frozen=list(frozen),
        )

    def _set_up(self, moves):
        """Builds what plays the moves, with the layers frozen as they are now."""
        plain = self._plain  # a plain object: Keras tracks what is an attribute
        named = plain.optimizer.named
        plain.stateless = {
            n: Stateless(v, named.get(n)) for n, v in self.networks.items()
        }
        players = [plain.stateless[player].network for player in named]
        # Layers too: one that has moving statistics alone may be frozen as well.
        plain.trainable = [
            (each, each.trainable)
            for network in players
            for each in (*network.variables, *network._flatten_layers())
        ]
        norms = {p: f"{self.log_name(p)}_gradient_norm" for p in named}
        # The functions of `evaluate` hold the means of before.
        plain.logs = plain.logs or Logs(moves, norms)
        plain.round = Round(
            moves,
            plain.stateless,
            norms,
            self.clock,
            plain.logs,
            {p: (getattr(self, f"ema_{p}"), m) for p, m in self.averages().items()},
            plain.compiler,
            plain.alternation,
            self.distribute_strategy.num_replicas_in_sync,
            plain.micro_batches,
        )

    def trainable_has_changed(self) -> bool:
        """Returns whether a layer was frozen, or freed, since the step was built."""
        return any(x.trainable is not known for x, known in self._plain.trainable)

    @property
    def metrics(self):
        return [self._plain.logs.means] if self.compiled and self._plain else []

    # === Training ===

    def fit(self, x=None, y=None, batch_size=None, epochs=1, **kwargs):
        """Plays the game; takes what `keras.Model.fit` takes.

        Args:
            x: A `tf.data.Dataset` of batches, arrays or a `keras.utils.PyDataset`.
            y: Targets beside an array.
            batch_size: Examples of one update, for arrays; 32 by default.
            epochs: Number of passes over the data.
            **kwargs: As in `keras.Model.fit`, without weights of samples or classes.

        Raises:
            ValueError: If a batch is not what the networks take, before its step has
                changed anything, or an argument does not fit a game of several players.
            FloatingPointError: If a loss of a game's first step is not finite.
        """
        self._assert_compile_called("fit")
        strategy_checks.check_fit(self, self.networks)
        callbacks = stock_callbacks.fitting(kwargs.get("callbacks"), self)
        # Never None: MLflow's autologging appends to the list that Keras gets.
        kwargs["callbacks"] = [] if callbacks is None else callbacks
        has_more = kwargs.get("validation_data") is not None
        if has_more and type(self).held_out is Game.held_out:
            self.held_out(None, None)  # raises before an epoch is played
        x, y, batch_size = feeding.prepare(self, x, y, batch_size, kwargs)
        return super().fit(x, y, batch_size=batch_size, epochs=epochs, **kwargs)

    def make_train_function(self, force=False):
        if self.trainable_has_changed():
            with self.distribute_strategy.scope():
                self._set_up(self.moves())
            force = True
        if self.train_function is None or force:
            self._warn_of_frozen()
            self.begin_averages()
            super().make_train_function(force=True)
            single = self.steps_per_execution == 1 and not self.run_eagerly
            if single and strategy_checks.on_one_device(self.distribute_strategy):
                self.train_function = train_function.one_step(
                    self.train_step, self.train_function
                )
            named = self._plain.every_batch.naming(
                self.train_function, lambda: f"in the batch of step {self.step + 1}"
            )
            moves = self._plain.round.moves
            logs = {n: m.players for m in moves for n in (*m.logs, *m.terms)}
            self.train_function = train_function.Guarded(
                self, named, None if self.step else logs
            )
        return self.train_function

    def _warn_of_frozen(self):
        stuck = declaration.stuck({p: self.networks[p] for p in self.players})
        # Who moved before, and was frozen since, is meant to be.
        known = self._plain.stuck if self.step else stuck
        declaration.warn_of_frozen(stuck & known - self._plain.frozen)

    def make_test_function(self, force=False):
        self._assert_compile_called("evaluate")
        if self.test_function is None or force:
            super().make_test_function(force=True)
            self.test_function = self._plain.every_batch.naming(
                self.test_function, lambda: "in a batch of the held-out data"
            )
        return self.test_function

    def train_step(self, data):
        plain = self._plain
        batch, accepted = self._batch(data)
        with tf.control_dependencies([accepted]):
            rows = rows_of(batch) // plain.round.fresh
            plain.round.play(batch, plain.round.draw(self.seed, rows))
            return replicas.logs_for_keras(self.get_metrics_result())

    def test_step(self, data):
        """Returns the logs of `held_out`, in inference mode."""
        batch, accepted = self._batch(data)
        with tf.control_dependencies([accepted]):
            return replicas.logs_for_keras(self._held_out(batch))

    def _held_out(self, batch):
        plain = self._plain
        count = rows_of(batch)
        if self.group_size > 1:  # a last batch may have no whole number of groups
            batch = feeding.filled(self.group_size, batch)
        seen = plain.logs.rows() * seeds.num_replicas()
        context = self.clock.context(self.seed, (Use.TEST,), 0, seen)
        draws = dict.fromkeys(m.draws for m in plain.round.moves if m.draws)
        for place, draw in enumerate(draws):
            own = context.fold(Use.MOVE, place) if place else context
            batch = batch | self.clock.draws(own, draw, rows_of(batch))
        values = {name: s.values() for name, s in plain.stateless.items()}
        nets = Networks(plain.stateless, values, context, training=False)
        logs = self.held_out(nets, batch)
        plain.logs.update(logs, count)
        results = self.get_metrics_result()
        return {name: results[name] for name in logs}

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Does nothing: a game is built. Keras would take a batch for it."""

    def _get_metrics_result_or_logs(self, logs):
        """Returns the means over all replicas, where Keras asks equal keys."""
        means = self.get_metrics_result()
        return {name: means.get(name, value) for name, value in logs.items()}
