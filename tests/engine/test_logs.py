import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from kgan.engine.logs import Logs, Means
from kgan.engine.move import Move, Term


def results(means):
    return {name: float(value) for name, value in means.result().items()}


def told(terms=None, *further):
    """Logs of a game whose first player has these terms, and further logs."""

    def loss(nets, batch):
        return None

    first = ("d_loss", "d_real", "d_fake", "d_accuracy", *further)
    moves = (
        Move(("discriminator",), loss, first, terms or {}, fresh_data=True),
        Move(("generator",), loss, ("g_loss",)),
    )
    norms = {"discriminator": "d_gradient_norm", "generator": "g_gradient_norm"}
    return Logs(moves, norms)


def lazy(interval=1):
    return Term(lambda nets, batch: 0.0, interval=interval)


def test_means_of_what_came():
    means = Means(["a", "b"])
    for value in (1.0, 2.0, 6.0):
        means.update_state(tf.constant([value, -value]), tf.constant([1.0, value]))
    assert results(means) == pytest.approx({"a": 3.0, "b": -41.0 / 9.0})


def test_a_mean_lasts_through_an_epoch_in_which_nothing_came():
    means = Means(["a"])
    assert results(means) == {"a": 0.0}
    means.update_state(tf.constant([4.0]), tf.constant([1.0]))
    for _ in range(3):
        means.reset_state()
        assert results(means) == {"a": 4.0}
        # A step in which it did not act.
        means.update_state(tf.constant([np.nan]), tf.constant([0.0]))
        assert results(means) == {"a": 4.0}
    means.update_state(tf.constant([10.0]), tf.constant([1.0]))
    assert results(means) == {"a": 10.0}
    means.reset_state()
    assert results(means) == {"a": 10.0}


def test_a_mean_of_zero_is_not_taken_for_nothing():
    means = Means(["a"])
    means.update_state(tf.constant([4.0]), tf.constant([1.0]))
    means.reset_state()
    means.update_state(tf.constant([0.0]), tf.constant([1.0]))
    assert results(means) == {"a": 0.0}


def test_a_mean_does_not_hide_nan_nor_pass_it_on():
    means = Means(["a", "b"])
    one = tf.constant([1.0, 1.0])
    means.update_state(tf.constant([np.nan, 3.0]), one)
    assert np.isnan(results(means)["a"])
    assert results(means)["b"] == 3.0
    means.reset_state()
    means.update_state(one, one)
    assert results(means) == {"a": 1.0, "b": 1.0}


def test_names_in_the_order_in_which_they_are_shown():
    logs = told({"r1": lazy(), "r1_2": lazy()})
    assert list(logs.means.result()) == [
        *("d_loss", "g_loss", "d_real", "d_fake", "d_accuracy", "r1", "r1_2"),
        *("d_gradient_norm", "g_gradient_norm"),
    ]


@pytest.mark.parametrize("graph", [False, True])
def test_lazy_terms_count_only_where_they_acted(graph):
    terms = {"r1": lazy(4), "r2": lazy()}
    logs = told(terms)

    def update(step):
        value = tf.cast(step, tf.float32) + 1.0
        logs.update({"d_loss": value, "r1": value, "r2": value}, 8, step)

    run = tf.function(update) if graph else update
    for step in range(10):  # R1 acts at 0, 4 and 8
        run(tf.constant(step, tf.int64))
    means = results(logs.means)
    assert means["d_loss"] == pytest.approx(5.5)
    assert means["r2"] == pytest.approx(5.5)
    assert means["r1"] == pytest.approx((1 + 5 + 9) / 3)
    assert means["g_loss"] == 0.0


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError, match="d_los"):
        told().update({"d_los": 1.0}, 1)


def test_means_are_over_examples():
    logs = told()
    for value, rows in ((1.0, 6), (9.0, 2), (float("nan"), 0)):
        logs.update({"d_loss": value}, tf.constant(rows))
    assert results(logs.means)["d_loss"] == pytest.approx(3.0)
    assert int(logs.rows()) == 8
    logs.update({"d_loss": float("nan")}, 1)
    assert np.isnan(results(logs.means)["d_loss"])


def test_the_last_value_is_whole_on_each_replica(two_replicas):
    with two_replicas.scope():
        means = Means(["a", "b"])

    @tf.function
    def run(value):
        def update():
            if value is not None:
                means.update_state(tf.stack([value, 2 * value]), tf.ones(2))
            return means.result()["b"]

        return two_replicas.experimental_local_results(two_replicas.run(update))

    run(tf.constant(4.0))
    means.reset_state()
    assert [float(value) for value in run(None)] == [8.0, 8.0]
    assert results(means) == {"a": 4.0, "b": 8.0}


def test_a_gradient_that_overflowed_is_no_part_of_the_mean():
    logs = told()
    for value in (2.0, np.inf, np.nan, 4.0):
        logs.update({"g_gradient_norm": tf.constant(value), "g_loss": value}, 8)
    means = results(logs.means)
    assert means["g_gradient_norm"] == 3.0
    assert not np.isfinite(means["g_loss"])


def test_a_player_that_waits_tells_nothing():
    logs = told()
    for value, acts in ((1.0, True), (9.0, False), (3.0, tf.constant(True))):
        acts = acts if acts is True else tf.constant(acts)
        logs.update({"d_loss": value}, tf.constant(4), acts=acts)
    assert results(logs.means)["d_loss"] == pytest.approx(2.0)


@pytest.mark.parametrize("name", ["d_real", "r1", "g_gradient_norm"])
def test_two_things_of_one_name(name):
    with pytest.raises(ValueError, match=f"name of its own.*Received: '{name}'"):
        told({"r1": lazy()}, name)


def test_examples_are_counted_by_a_log_of_fresh_data():
    def loss(nets, batch):
        return None

    first, second = Move(("a",), loss, ("one",)), Move(("b",), loss, ("two", "more"))
    fresh = dataclasses.replace(second, fresh_data=True)
    assert Logs((first, fresh), {}).data == "two"
    assert Logs((first, second), {}).data == "one"
    nameless = Move(("a",), loss)
    assert Logs((nameless,), {"a": "a_gradient_norm"}).data == "a_gradient_norm"
