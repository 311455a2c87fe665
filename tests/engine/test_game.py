"""A game that is no GAN, with all that a Keras model does."""

import csv
import dataclasses

import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.engine.fields import Field
from kgan.engine.game import Game
from kgan.engine.move import Move

GRAPH = {"run_eagerly": False}


@pytest.fixture(scope="module")
def played():
    """A compiled game after two epochs of three rounds, and its history."""
    keras.utils.set_random_seed(0)
    game = moves.pursuit([keras.layers.BatchNormalization()], GRAPH, repeats=2)
    history = moves.fit(game, epochs=2).history
    return game, history


# === Fit ===


def test_it_learns_and_logs(played):
    game, history = played
    assert list(game.get_metrics_result()) == [
        *("miss", "flee", "guess", "hunter_gradient_norm", "prey_gradient_norm"),
    ]
    assert set(history) == set(game.get_metrics_result())
    assert all(np.isfinite(values).all() for values in history.values())
    assert (game.step, game.position, game.rollbacks) == (6, 12, 0)
    assert game.players == ("hunter", "prey")
    assert game.batches_a_round == 2
    assert list(game.networks) == ["prey", "hunter", "memory"]
    with pytest.raises(TypeError):
        game.networks["prey"] = None


@pytest.mark.parametrize(
    "options",
    [
        {"jit_compile": True},
        {"steps_per_execution": 3},
        {"micro_batches": 2},
        {"run_eagerly": True},
    ],
    ids=lambda options: next(iter(options)),
)
def test_ways_to_play_agree(options):
    def build(**options):
        keras.utils.set_random_seed(1)
        return moves.pursuit(compiled=GRAPH | options, repeats=2)

    one, other = build(), build(**options)
    histories = [moves.fit(game, epochs=2).history for game in (one, other)]
    moves.assert_equal(one, other, 1e-5)
    for name, values in histories[0].items():
        np.testing.assert_allclose(histories[1][name], values, rtol=1e-4, atol=1e-6)


def test_two_replicas_play_what_one_plays(two_replicas):
    one = moves.pursuit(compiled=GRAPH, repeats=2)
    keras.utils.set_random_seed(0)
    with two_replicas.scope():
        two = moves.pursuit(compiled=GRAPH, repeats=2)
    two.set_weights(one.get_weights())
    for game in (one, two):
        moves.fit(game)
    moves.assert_equal(one, two, 1e-5)


def test_data_of_all_kinds_reach_it():
    game = moves.pursuit()
    data = moves.POINTS[:16]

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return data[8 * index : 8 * index + 8]

    batches = tf.data.Dataset.from_tensor_slices(data).batch(8)
    for count, x in enumerate(
        (data, batches, batches.map(lambda x: (x,)), Batches()), start=1
    ):
        game.fit(x, batch_size=8 if x is data else None, verbose=0)
        assert game.step == 2 * count
    game.fit((batch for batch in np.split(data, 2)), verbose=0, steps_per_epoch=2)
    assert game.step == 10


class Pairs(Game):
    """Learns y from x, of dictionaries or of targets."""

    def __init__(self, student, told=False, **kwargs):
        super().__init__(**kwargs)
        self.student, self.told = student, told

    def unpack(self, element):
        return {"x": element[0], "y": element[1]} if self.told else element

    def fields(self):
        return {"x": Field((2,), high=9.0), "y": Field((), "int32")}

    def moves(self):
        return (Move(("student",), self.distance, ("distance",)),)

    def distance(self, nets, batch):
        assert (batch["x"].dtype, batch["y"].dtype) == (tf.float32, tf.int32)
        found = nets.student(batch["x"])[:, 0]
        value = tf.reduce_mean(tf.square(found - tf.cast(batch["y"], tf.float32)))
        return value, {"distance": value}


def student():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


@pytest.mark.parametrize("told", [False, True])
def test_targets_and_dictionaries(told):
    x, y = moves.POINTS[:16].astype("float64"), np.arange(16)
    game = Pairs(student(), told)
    game.compile({"student": "sgd"}, run_eagerly=True)
    given = (x, y) if told else ({"x": x, "y": y},)
    history = game.fit(*given, batch_size=8, verbose=0).history
    assert game.step == 2
    assert list(history) == ["distance", "student_gradient_norm"]


def test_a_batch_that_is_no_batch_of_the_game():
    game = Pairs(student())
    game.compile({"student": "sgd"})
    x, y = moves.POINTS[:8], np.arange(8)
    for wrong, message in (
        ({"x": x}, "must have the fields x, y. Received: x"),
        ({"x": x, "y": y * 0.5}, "'y' must be int32. Received: float64"),
        ({"x": 100 + x, "y": y}, "'x' must be at most 9"),
    ):
        with pytest.raises(ValueError, match=message):
            game.fit(wrong, verbose=0)
    with pytest.raises(ValueError, match=r"`sample_weight` has no meaning"):
        game.fit({"x": x, "y": y}, sample_weight=np.ones(8), verbose=0)
    assert game.step == 0


def test_later_batches_must_be_like_the_first():
    game = moves.pursuit()
    game.fit(moves.POINTS[:8], verbose=0)
    with pytest.raises(
        ValueError, match=r"'points' must have examples of shape \(2,\)"
    ):
        game.train_on_batch(np.zeros((8, 3), "float32"))


def test_before_compile():
    with pytest.raises(ValueError, match="compile"):
        Pairs(student()).fit({"x": moves.POINTS}, verbose=0)
    assert Pairs(student()).optimizer is None
    assert Pairs(student()).metrics == []


# === Held out ===


def test_evaluation_moves_nothing_and_runs_in_inference_mode(played):
    game, _ = played
    before = moves.state(game)
    first, again = (
        game.evaluate(moves.POINTS[:20], batch_size=8, verbose=0, return_dict=True)
        for _ in range(2)
    )
    assert first == again
    assert set(first) == {"miss", "guess"}
    for old, new in zip(before, moves.state(game), strict=True):
        np.testing.assert_array_equal(old, new)
    guess = game.hunter(moves.POINTS[:20], training=False)
    assert first["guess"] == pytest.approx(float(np.mean(guess)), rel=1e-5)


def test_a_game_that_holds_nothing_out():
    game = Pairs(student())
    game.compile({"student": "sgd"}, run_eagerly=True)
    data = {"x": moves.POINTS[:8], "y": np.arange(8)}
    with pytest.raises(NotImplementedError, match="Pairs must write `held_out`"):
        game.evaluate(data, verbose=0)


# === Saving ===


def test_a_loaded_game_goes_on_bit_for_bit(tmp_path):
    def build():
        keras.utils.set_random_seed(2)
        layers = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)]
        optimizers = {
            "hunter": keras.optimizers.Adam(0.01, beta_1=0.5),
            "prey": keras.optimizers.RMSprop(0.02),
        }
        return moves.pursuit(layers, {"optimizers": optimizers, **GRAPH}, repeats=2)

    whole, first = build(), build()
    moves.fit(whole)
    moves.fit(first, 32)
    first.save(tmp_path / "game.keras")
    second = keras.models.load_model(tmp_path / "game.keras")
    assert type(second) is moves.Pursuit
    assert (second.repeats, second.momentum, second.step) == (2, 0.9, 2)
    assert type(second.prey_optimizer) is keras.optimizers.RMSprop
    moves.assert_equal(first, second)
    moves.fit(second, first=32)
    moves.assert_equal(whole, second)


@keras.saving.register_keras_serializable(package="tests")
class Both(Game):
    """Two translators, whose names stand after "layers" in the alphabet."""

    def __init__(self, to_b, to_a, **kwargs):
        super().__init__(**kwargs)
        self.to_b, self.to_a = to_b, to_a

    def unpack(self, element):
        return {"x": element}

    def moves(self):
        return (Move(("to_b", "to_a"), self.cycle, ("cycle",)),)

    def cycle(self, nets, batch):
        back = nets.to_a(nets.to_b(batch["x"]))
        value = tf.reduce_mean(tf.square(back - batch["x"]))
        return value, {"cycle": value}


def translators(order, rates=(0.5, 0.25)):
    """Made and given optimizers in this order; to_a has 1, to_b has 2 everywhere."""
    made = {}
    for name in order:
        constant = keras.initializers.Constant({"to_a": 1.0, "to_b": 2.0}[name])
        made[name] = keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(2, kernel_initializer=constant)]
        )
    game = Both(**made)
    rates = dict(zip(("to_a", "to_b"), rates, strict=True))
    game.compile({name: keras.optimizers.SGD(rates[name], 0.5) for name in order})
    for name, value in (("to_a", 1.0), ("to_b", 2.0)):
        for slot in game.optimizers[name].variables[2:]:
            slot.assign(tf.fill(slot.shape, value))
    return game


def kernels(game):
    return {
        name: float(np.mean(getattr(game, name).layers[-1].kernel.numpy()))
        for name in ("to_a", "to_b")
    }


def test_networks_and_optimizers_are_stored_under_their_attributes(tmp_path):
    import h5py

    path = tmp_path / "game.weights.h5"
    translators(["to_b", "to_a"]).save_weights(path)
    with h5py.File(path) as file:
        assert {"to_a", "to_b", "to_a_optimizer", "to_b_optimizer"} <= set(file)
        assert "layers" not in file
    other = translators(["to_a", "to_b"], rates=(0.1, 0.2))
    for name in ("to_a", "to_b"):
        network = getattr(other, name)
        network.set_weights([0 * weight for weight in network.get_weights()])
        for slot in other.optimizers[name].variables[2:]:
            slot.assign(tf.zeros(slot.shape))
    other.load_weights(path)
    assert kernels(other) == {"to_a": 1.0, "to_b": 2.0}
    rates = {n: float(o.learning_rate) for n, o in other.optimizers.items()}
    assert rates == {"to_a": 0.5, "to_b": 0.25}
    slots = [float(np.mean(o.variables[2])) for o in other.optimizers.values()]
    assert dict(zip(other.optimizers, slots, strict=True)) == {"to_a": 1, "to_b": 2}


@keras.saving.register_keras_serializable(package="tests")
class Worded(Both):
    """A subclass whose `compile` has words of its own."""

    def compile(self, rate=0.1, strength=1.0, **options):
        self.strength = strength
        optimizers = {name: keras.optimizers.SGD(rate) for name in ("to_b", "to_a")}
        super().compile(optimizers, **options)


def test_the_words_of_a_subclass_are_saved(tmp_path):
    game = Worded(student_like(), student_like())
    game.compile(0.5, strength=3.0, micro_batches=2)
    assert game.get_compile_config() == {
        "rate": 0.5,
        "strength": 3.0,
        "micro_batches": 2,
    }
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    assert loaded.strength == 3.0
    assert loaded.get_compile_config() == game.get_compile_config()
    assert [float(o.learning_rate) for o in loaded.optimizers.values()] == [0.5, 0.5]


def student_like():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])


# === Callbacks ===


def test_the_view_of_all_optimizers(played):
    game, _ = played
    view = game.optimizer
    assert [each.name for each in view.optimizers] == ["hunter", "prey"]
    assert dict(game.optimizers) == {
        "hunter": game.hunter_optimizer,
        "prey": game.prey_optimizer,
    }
    with pytest.raises(AttributeError, match="an optimizer for each player"):
        game.optimizer = keras.optimizers.SGD()
    assert game.optimizer is view


class Grow(keras.callbacks.Callback):
    """Builds a loss that never falls."""

    def on_epoch_end(self, epoch, logs=None):
        logs["rising"] = float(epoch)


def test_stock_callbacks_steer_and_log_every_player(tmp_path):
    game = moves.pursuit(compiled=GRAPH)
    callbacks = [
        keras.callbacks.LearningRateScheduler(
            lambda epoch, rate: 0.1 if epoch == 0 else rate / 2
        ),
        Grow(),
        keras.callbacks.ReduceLROnPlateau(
            monitor="rising", mode="min", patience=1, factor=0.1
        ),
        keras.callbacks.TensorBoard(tmp_path / "logs", update_freq=1),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.EarlyStopping(monitor="flee", mode="min", patience=5),
        keras.callbacks.ModelCheckpoint(
            tmp_path / "best.keras", monitor="miss", mode="min", save_best_only=True
        ),
    ]
    history = moves.fit(game, 16, epochs=3, callbacks=callbacks).history
    rates = [float(o.learning_rate.numpy()) for o in game.optimizers.values()]
    # Twice halved, and in the second and the third epoch cut to a tenth.
    assert rates == pytest.approx([0.1 / 4 / 100] * 2)
    names = {f"learning_rate_{player}" for player in ("hunter", "prey")}
    assert names | {"miss", "flee"} <= set(history)
    tags = {
        value.tag
        for file in (tmp_path / "logs" / "train").glob("events*")
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
    }
    assert {"epoch_miss", "batch_flee"} | {f"epoch_{name}" for name in names} <= tags
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert [float(row["miss"]) for row in rows] == pytest.approx(history["miss"])
    assert keras.models.load_model(tmp_path / "best.keras").step in (2, 4, 6)


def test_backup_and_restore_resume_bit_for_bit(tmp_path):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    whole, stopped, resumed = (moves.pursuit() for _ in range(3))
    for game in (stopped, resumed):
        game.set_weights(whole.get_weights())
    moves.fit(whole, 16, epochs=3)
    with pytest.raises(KeyboardInterrupt):
        moves.fit(stopped, 16, epochs=3, callbacks=[backup(), Interrupt()])
    moves.fit(resumed, 16, epochs=3, callbacks=[backup()])
    moves.assert_equal(whole, resumed)


def test_a_callback_that_exchanges_weights_is_refused():
    with pytest.raises(ValueError, match="SwapEMAWeights"):
        moves.fit(moves.pursuit(), callbacks=[keras.callbacks.SwapEMAWeights()])


# === Frozen layers ===


def weights_of(game, player):
    return [v.numpy() for v in getattr(game, player).weights]


def same(before, after):
    return all((a == b).all() for a, b in zip(before, after, strict=True))


def test_a_player_frozen_between_two_fits_stays_as_it_is():
    game = moves.pursuit(compiled=GRAPH)
    moves.fit(game, 16)
    game.prey.trainable = False
    prey, hunter = weights_of(game, "prey"), weights_of(game, "hunter")
    moves.fit(game, 16)
    assert same(prey, weights_of(game, "prey"))
    assert not same(hunter, weights_of(game, "hunter"))
    game.prey.trainable = True  # it was so at compile
    moves.fit(game, 16)
    assert not same(prey, weights_of(game, "prey"))
    assert int(game.hunter_optimizer.iterations.numpy()) == 6


@pytest.mark.parametrize("options", [GRAPH, {"run_eagerly": True}])
def test_a_callback_freezes_at_the_beginning_of_an_epoch(options):
    found = []

    class Freeze(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            found.append([weights_of(self.model, p) for p in ("hunter", "prey")])
            if epoch == 1:
                self.model.hunter.layers[-1].trainable = False

    game = moves.pursuit(compiled=options)
    moves.fit(game, 16, epochs=3, callbacks=[Freeze()])
    hunters, preys = zip(*found, strict=True)
    assert not same(hunters[0], hunters[1])
    assert same(hunters[1], hunters[2])
    assert same(hunters[2], weights_of(game, "hunter"))
    assert not same(preys[1], preys[2])


def test_what_was_frozen_at_compile_may_be_freed():
    game = moves.pursuit()
    optimizers = {"prey": "sgd", "hunter": "sgd"}
    game.compile(optimizers, run_eagerly=True, frozen=["prey"])
    before = weights_of(game, "prey")
    moves.fit(game, 8)
    assert same(before, weights_of(game, "prey"))
    game.prey.trainable = True
    moves.fit(game, 8)
    assert not same(before, weights_of(game, "prey"))


def frozen(player="hunter", compiled=None, **arguments):
    game = moves.pursuit(compiled=GRAPH if compiled is None else compiled)
    getattr(game, player).trainable = False
    game.compile({"prey": "sgd", "hunter": "sgd"}, **arguments)
    return game


def test_a_player_that_is_frozen_from_the_start_is_warned_of():
    message = r"The hunter is frozen.*`hunter\.trainable = True`.*frozen=\[\"hunter\"\]"
    with pytest.warns(UserWarning, match=message):
        moves.fit(frozen(), 16)
    with pytest.warns(UserWarning, match=message):
        frozen().train_on_batch(moves.POINTS[:8])
    late = moves.pursuit(compiled=GRAPH)
    late.hunter.trainable = False  # after `compile`, before any step
    with pytest.warns(UserWarning, match=message):
        moves.fit(late, 16)


def test_a_player_may_be_frozen_on_purpose(tmp_path):
    game = frozen(frozen=["hunter"])
    before = weights_of(game, "hunter")
    moves.fit(game, 16)
    assert same(before, weights_of(game, "hunter"))
    game.save(tmp_path / "game.keras")
    moves.fit(keras.models.load_model(tmp_path / "game.keras"), 16)
    game.compile({"prey": "sgd", "hunter": "sgd"})  # and is free again
    assert game.hunter.trainable
    for wrong in (["memory"], "hunter"):
        with pytest.raises(ValueError, match=r"`frozen` must .*: '(memory|hu)"):
            frozen(frozen=wrong)


def test_a_layer_that_has_moving_statistics_alone_may_be_frozen():
    plain = keras.layers.BatchNormalization(center=False, scale=False)
    game = moves.pursuit([plain], GRAPH)
    moves.fit(game, 16)
    plain.trainable = False
    before = plain.moving_mean.numpy()
    moves.fit(game, 16)
    np.testing.assert_array_equal(before, plain.moving_mean.numpy())


def test_evaluate_tells_of_held_out_data_after_a_layer_was_frozen():
    game = moves.pursuit(compiled=GRAPH)
    held_out = 5.0 * moves.POINTS[:8]

    def fit():
        return moves.fit(game, 16, validation_data=held_out).history

    fit()
    game.prey.trainable = False
    history = fit()
    told = game.evaluate(held_out, batch_size=8, verbose=0, return_dict=True)
    assert history["val_miss"][-1] == pytest.approx(told["miss"], rel=1e-5)
    assert history["val_miss"][-1] != pytest.approx(history["miss"][-1], rel=0.1)


def test_a_game_frozen_after_compile_is_loaded_with_its_optimizers(tmp_path):
    game = moves.pursuit(compiled=GRAPH)
    moves.fit(game, 24)
    game.prey.layers[-1].trainable = False
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    moves.assert_equal(game, loaded)
    assert int(loaded.prey_optimizer.iterations) == 3


# === What is refused ===


class Unnamed(moves.Pursuit):
    """Its batches have no names."""

    def unpack(self, element):
        return element


def test_a_batch_without_names_is_refused():
    base = moves.pursuit()
    game = Unnamed(base.prey, base.hunter, base.memory)
    game.compile({"prey": "sgd", "hunter": "sgd"})
    with pytest.raises(ValueError, match="`unpack` must return a dictionary"):
        moves.fit(game)


def test_optimizers_that_come_without_players_are_refused():
    for given in ("adam", keras.optimizers.SGD()):
        with pytest.raises(ValueError, match="`optimizers` must be a dictionary"):
            moves.pursuit(compiled={"optimizers": given})


def test_periods_of_unknown_players_are_refused_by_compile():
    with pytest.raises(ValueError, match=r"must have periods of players.*: wolf"):
        moves.pursuit(compiled={"alternation": {"wolf": 2}})


class Unheard(moves.Pursuit):
    """It cannot be evaluated."""

    held_out = kgan.Game.held_out


def test_held_out_data_are_refused_before_an_epoch_is_played():
    base = moves.pursuit()
    game = Unheard(base.prey, base.hunter, base.memory)
    game.compile({"prey": "sgd", "hunter": "sgd"}, run_eagerly=True)
    with pytest.raises(NotImplementedError, match="must write `held_out`"):
        moves.fit(game, validation_data=moves.POINTS)
    assert game.step == 0


def test_floats_of_numpy_become_those_of_networks():
    game = moves.pursuit()
    game.fit(moves.POINTS.astype("float64"), batch_size=8, verbose=0)
    assert game.step == 6


def test_a_batch_that_could_not_be_played_is_no_example_for_others():
    game = moves.pursuit()
    with pytest.raises(tf.errors.InvalidArgumentError, match="Incompatible shapes"):
        game.fit(np.zeros((8, 3), "float32"), verbose=0)
    moves.fit(game)
    assert game.step == 6


class TwoDraws(moves.Pursuit):
    """Both moves draw, under names of their own."""

    def moves(self):
        hunter, prey = super().moves()
        return dataclasses.replace(hunter, draws=self.first), prey

    def first(self, rows, seed):
        return {"first": self.noise(rows, seed)["noise"]}

    def miss(self, nets, batch):
        return super().miss(nets, batch | {"noise": batch["first"]})

    def held_out(self, nets, batch):
        apart = tf.reduce_mean(tf.abs(batch["first"] - batch["noise"]))
        return {"miss": apart}


def test_draws_of_moves_are_apart_in_evaluate():
    base = moves.pursuit()
    game = TwoDraws(base.prey, base.hunter, base.memory)
    game.compile({"prey": "sgd", "hunter": "sgd"}, run_eagerly=True)
    assert game.evaluate(moves.POINTS, verbose=0, return_dict=True)["miss"] > 0.5


# === The first step ===


class Broken(moves.Pursuit):
    """Its loss is NaN from a step on."""

    broken_from = 0

    def flee(self, nets, batch):
        loss, _ = super().flee(nets, batch)
        loss = tf.where(nets.step >= self.broken_from, np.nan, loss)
        return loss, {"flee": loss}


def broken(step):
    game = moves.pursuit()
    game = Broken(game.prey, game.hunter, game.memory, momentum=None)
    game.broken_from = step
    game.compile({"prey": "sgd", "hunter": "sgd"}, **GRAPH)
    return game


def test_a_first_loss_that_is_not_finite_names_itself():
    game = broken(0)
    message = "`flee`, of the move of prey, must be finite. Received: nan in the first"
    with pytest.raises(FloatingPointError, match=message):
        moves.fit(game)
    assert game.step == 1


def test_a_later_one_is_shown_and_ends_nothing():
    game = broken(1)
    history = moves.fit(game).history
    assert np.isnan(history["flee"]).all()
    assert game.step == 6


def test_a_game_is_a_word_of_the_package():
    assert issubclass(kgan.GAN, Game)
    assert Game(seed=3).get_config() == {"seed": 3, "name": "game"}
    with pytest.raises(ValueError, match="`seed`"):
        Game(seed=-1)
