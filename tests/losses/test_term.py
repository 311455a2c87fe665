"""Further terms of the losses: what they see, how they are found, what they keep."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
import term_views

from kgan.losses import gradient_penalties, objectives, regularizers
from kgan.losses import term as terms
from kgan.losses.term import LossTerm, Term

DATA = networks.images(32)


@keras.saving.register_keras_serializable(package="tests")
class Drifting(LossTerm):
    """Holds D's logits near an average that it moves: a user's own term with a state.

    The average is linear in the batch; a count of updates is the same in all parts.
    """

    kind = "drifting"

    def __init__(self, weight=0.5, generator_weight=0.25, decay=0.5):
        super().__init__(weight, generator_weight)
        self.decay = decay
        self.average, self.updates = (
            self.add_weight(name=name, shape=(), initializer="zeros", trainable=False)
            for name in ("average", "updates")
        )

    def discriminator_term(self, view):
        real = view.real_outputs["logits"]
        average = tf.convert_to_tensor(self.average)
        mean = tf.stop_gradient(tf.reduce_mean(real))
        self.average.assign(self.decay * average + (1 - self.decay) * mean)
        self.updates.assign(self.updates + 1.0)
        return tf.square(real - average)

    def generator_term(self, view):
        return tf.square(view.fake_outputs["logits"] - self.average)

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}


class Silent(LossTerm):
    """Writes no term at all, and has no kind of its own."""


class Once(LossTerm):
    kind = "once"

    def generator_term(self, view):
        return view.fake_outputs["logits"]


# === One term ===


def test_it_is_known_by_its_old_name():
    assert Term is LossTerm


def test_a_term_is_a_layer_of_float32_that_is_never_trained():
    keras.config.set_dtype_policy("mixed_float16")
    term = Drifting()
    assert term.name == "drifting"
    assert term.built
    assert [v.dtype for v in term.weights] == ["float32", "float32"]
    assert term.trainable_weights == []
    assert term.get_config() == {"weight": 0.5, "generator_weight": 0.25, "decay": 0.5}


def test_a_term_says_what_it_writes():
    methods = ("discriminator_term", "generator_term", "constrain", "check")
    written = {
        term: [m for m in methods if term.overrides(m)]
        for term in (Drifting(), Once(), Silent(), Term())
    }
    assert list(written.values()) == [
        ["discriminator_term", "generator_term"],
        ["generator_term"],
        [],
        [],
    ]
    silent, view = Silent(), term_views.view()
    assert silent.discriminator_term(view) is None
    assert silent.generator_term(view) is None
    assert silent.check({}, None) is None
    assert silent.needs_labels is False


def test_weights_are_numbers_or_schedules():
    step = tf.constant(50)
    assert (Term().weight_at(step), Term().generator_weight_at(step)) == (1.0, 1.0)
    both = Term(2.0, 0.5)
    assert (both.weight_at(step), both.generator_weight_at(step)) == (2.0, 0.5)
    assert Term(2.0).generator_weight_at(step) == 2.0
    assert Term(2.0, 0.0).generator_weight_at(step) == 0.0
    decay = keras.optimizers.schedules.PolynomialDecay(8.0, 100, 2.0)
    term = Drifting(decay, decay)
    assert (float(term.weight_at(step)), float(term.generator_weight_at(step))) == (
        5,
        5,
    )
    assert float(Term(decay).generator_weight_at(step)) == 5.0
    saved = keras.saving.serialize_keras_object(term)
    restored = keras.saving.deserialize_keras_object(saved)
    assert type(restored) is Drifting
    assert restored.get_config() == term.get_config()
    assert float(restored.weight_at(step)) == 5.0


@pytest.mark.parametrize("name", ["weight", "generator_weight"])
@pytest.mark.parametrize("value", [-0.5, "1", float("nan")])
def test_weights_out_of_range(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a non-negative number"):
        Term(**{name: value})


@pytest.mark.parametrize("interval", [0, 1.5, None])
def test_an_interval_is_a_positive_integer(interval):
    with pytest.raises(ValueError, match="`interval` must be a positive integer"):
        LossTerm(interval=interval)


def test_an_interval_is_saved_and_none_needs_no_argument():
    assert LossTerm().interval == 1
    assert "interval" not in Drifting().get_config()
    lazy = LossTerm(interval=4)
    assert LossTerm.from_config(lazy.get_config()).interval == 4
    # A term that takes no interval can be built from its config as well.
    drifting = Drifting()
    assert Drifting.from_config(drifting.get_config()).get_config() == (
        drifting.get_config()
    )


def test_a_kind_may_be_written_as_a_name_as_penalties_were_once():
    class Named(LossTerm):
        name = "by_its_name"

    assert Named.kind == "by_its_name"
    assert type(terms.get("by_its_name")) is Named


# === By name ===


def test_a_term_is_known_from_where_its_class_is_written():
    term = terms.get("drifting")
    assert type(term) is Drifting
    given = terms.get({"name": "drifting", "decay": 0.9, "weight": 2.0})
    assert (given.decay, given.weight) == (0.9, 2.0)
    assert terms.get(term) is term
    for room in (regularizers, objectives):
        for name in room.names():
            assert terms.get(name).kind == name
            assert room.get(term) is term


def test_a_class_without_a_kind_of_its_own_hides_no_other():
    class Steeper(Drifting):
        pass

    assert Steeper().kind == "drifting"
    assert type(terms.get("drifting")) is Drifting


def test_a_kind_has_one_class(monkeypatch):
    monkeypatch.setitem(terms._KINDS, "once", Once)  # set back afterwards
    with pytest.raises(ValueError, match=r"no other term has.*'lecam'.*regularizers"):

        class Second(Term):
            kind = "lecam"

    assert type(terms.get("lecam")) is regularizers.LeCam


def test_a_class_may_be_written_anew_as_in_a_notebook():
    for weight in (1.0, 2.0):

        class Twice(Term):
            kind = "twice"
            first = weight

    assert terms.get("twice").first == 2.0


def test_all_rooms_read_one_table():
    rooms = (gradient_penalties, regularizers, objectives)
    of_rooms = [name for room in rooms for name in room.names()]
    assert len(of_rooms) == len({*of_rooms})
    assert {*of_rooms, "path_length", "drifting"} <= {*terms.names()}
    assert all(terms.find(n) is room.find(n) for room in rooms for n in room.names())


def test_a_room_knows_its_own_terms():
    with pytest.raises(ValueError, match=r"A regularizer must be.*: 'drifting'"):
        regularizers.get("drifting")


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("driftin", r"Did you mean 'drifting'\? A term must be.*Received: 'driftin'"),
        ({"name": "lecan"}, "Did you mean 'lecam'.*Received: 'lecan'"),
        ({"weight": 1.0}, r"Received: \{'weight': 1.0\}"),
        (None, "Received: None"),
        (3, "Received: 3"),
        (Drifting, "Received: <class"),
    ],
)
def test_what_is_no_term(identifier, message):
    with pytest.raises(ValueError, match=message):
        terms.get(identifier)


@pytest.mark.parametrize("received", [None, "drifting", Drifting(), {"name": "once"}])
def test_terms_are_a_list(received):
    with pytest.raises(ValueError, match="`regularizers` must be a list"):
        terms.get_all("regularizers", received)
    given = [Drifting(), "once", {"name": "drifting", "decay": 0.9}]
    found = terms.get_all("regularizers", given)
    assert [type(term) for term in found] == [Drifting, Once, Drifting]
    assert found[0] is given[0]


# === In a game ===


def build(scope=None, regularizers=("drifting",), **options):
    def make():
        keras.utils.set_random_seed(3)
        compiled = {"penalties": [], "regularizers": list(regularizers), **options}
        return networks.gan(batch_norm=False, compiled=compiled)

    if scope is None:
        return make()
    with scope.scope():
        return make()


def play(gan, data=DATA):
    return gan.fit(data, batch_size=8, shuffle=False, verbose=0).history


def state(gan):
    return {v.path.split("/")[-1]: float(v.numpy()) for v in gan.terms[0].weights}


def assert_equal(ours, theirs):
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        if mine.name != "vector":  # moves with each part
            np.testing.assert_allclose(other, mine, atol=1e-5, err_msg=mine.path)


def test_a_term_of_ones_own_is_logged_for_each_player_and_moves_its_state():
    gan = build()
    history = play(gan, DATA[:8])
    assert history["drifting"][0] > 0
    assert history["g_drifting"][0] > 0
    expected = 0.5 * np.mean(build().discriminator(DATA[:8], training=True))
    assert state(gan)["updates"] == 1.0
    np.testing.assert_allclose(state(gan)["average"], expected, rtol=1e-4)
    # Before the first update the average was 0.
    logits = build().discriminator(DATA[:8], training=True)
    np.testing.assert_allclose(
        history["drifting"][0], np.mean(np.square(logits)), rtol=1e-4
    )


def test_both_weights_count():
    plain, of_d, of_both = (
        build(regularizers=given)
        for given in ((), (Drifting(0.5, 0.0),), (Drifting(0.5, 0.5),))
    )
    for gan in (plain, of_d, of_both):
        play(gan, DATA[:8])

    def moved(player, ours, theirs):
        pairs = zip(
            getattr(ours, player).get_weights(),
            getattr(theirs, player).get_weights(),
            strict=True,
        )
        return any(np.any(a != b) for a, b in pairs)

    assert moved("discriminator", plain, of_d)
    assert not moved("discriminator", of_d, of_both)
    assert moved("generator", of_d, of_both)


@pytest.mark.parametrize(
    "options",
    [{"micro_batches": 4, "jit_compile": True}, {"run_eagerly": True}],
    ids=["parts under xla", "eager"],
)
def test_ways_to_run_it_agree(options):
    one, other = build(), build(**options)
    histories = [play(gan) for gan in (one, other)]
    assert_equal(one, other)
    assert state(other)["updates"] == state(one)["updates"] == 4.0
    np.testing.assert_allclose(
        state(other)["average"], state(one)["average"], rtol=1e-4, atol=1e-6
    )
    for name, values in histories[0].items():
        np.testing.assert_allclose(
            histories[1][name], values, rtol=1e-3, atol=1e-5, err_msg=name
        )


def test_two_replicas_keep_the_mean_of_their_states(two_replicas):
    one, two = build(), build(two_replicas)
    for gan in (one, two):
        play(gan)
    assert_equal(one, two)
    for ours, theirs in zip(one.terms[0].weights, two.terms[0].weights, strict=True):
        copies = [float(copy.numpy()) for copy in theirs.value.values]
        assert copies[0] == copies[1]
        assert copies[0] == pytest.approx(float(ours.numpy()), abs=1e-6)


def test_the_state_is_saved_and_the_game_goes_on(tmp_path):
    whole, first = build(), build()
    play(whole)
    play(first, DATA[:16])
    first.save(tmp_path / "gan.keras")
    second = keras.models.load_model(tmp_path / "gan.keras")
    assert type(second.terms[0]) is Drifting
    assert state(second) == state(first)
    play(second, DATA[16:])
    assert state(second) == state(whole)
    for ours, theirs in zip(whole.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_two_terms_of_a_kind_keep_states_of_their_own(tmp_path):
    gan = build(regularizers=(Drifting(decay=0.0), Drifting(decay=1.0)))
    history = play(gan, DATA[:8])
    assert {"drifting", "drifting_2", "g_drifting", "g_drifting_2"} <= set(history)
    averages = [float(term.average.numpy()) for term in gan.terms]
    assert averages[0] != 0.0
    assert averages[1] == 0.0
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert [float(term.average.numpy()) for term in loaded.terms] == averages


def test_compiling_anew_leaves_no_term_behind(tmp_path):
    gan, plain = build(), build(regularizers=())
    gan.compile(regularizers=["lecam"])
    gan.compile()
    assert gan.terms == []
    names = [[v.name for v in model.weights] for model in (gan, plain)]
    assert names[0] == names[1]
    gan.save(tmp_path / "gan.keras")
    keras.models.load_model(tmp_path / "gan.keras")


def test_a_name_that_is_taken_is_refused():
    class Loss(Drifting):
        kind = "g_loss"

    with pytest.raises(ValueError, match=r"name of its own.*g_loss"):
        build(regularizers=[Loss()])


def test_a_view_holds_what_the_update_knows():
    seen = {}

    class Looking(LossTerm):
        kind = "looking"

        def discriminator_term(self, view):
            seen["d"] = view
            return tf.constant(0.0)

        def generator_term(self, view):
            seen["g"] = view
            return tf.constant(0.0)

    augmentation = keras.layers.Rescaling(0.5)
    gan = networks.gan(
        batch_norm=False,
        num_classes=3,
        augmentation=augmentation,
        compiled={"regularizers": [Looking()], "run_eagerly": True},
    )
    labels = np.arange(8) % 3
    # Step sizes of 0: both players are still what they were when they were seen.
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        optimizer.learning_rate = 0.0
    gan.fit(DATA[:8], labels, batch_size=8, shuffle=False, verbose=0)
    for who, player in (("d", gan.discriminator), ("g", gan.generator)):
        view = seen[who]
        assert int(view.step) == 0
        np.testing.assert_array_equal(view.real, DATA[:8])
        np.testing.assert_array_equal(view.labels, labels)
        assert view.latents.shape == (8, networks.LATENT_DIM)
        fake = gan.generator([view.latents, view.labels])
        np.testing.assert_allclose(view.fake, fake, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(
            view.generate(view.latents), view.fake, rtol=1e-5, atol=1e-6
        )
        for given, variable in zip(
            view.weights, player.trainable_variables, strict=True
        ):
            np.testing.assert_array_equal(given, variable)
        for data, judge, outputs in (
            (view.real, view.judge_real, view.real_outputs),
            (view.fake, view.judge_fake, view.fake_outputs),
        ):
            judged = gan.discriminator([0.5 * data, view.labels])
            logits = judge(data)["logits"]
            np.testing.assert_allclose(logits, judged, rtol=1e-4, atol=1e-5)
            if outputs is not None:
                np.testing.assert_allclose(outputs["logits"], logits, rtol=1e-4)
    assert seen["d"].real_outputs is not None
    assert seen["g"].real_outputs is None
