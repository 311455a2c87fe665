import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import penalties
from kgan.logs import LastingMean, Logs


def test_mean_of_what_came():
    mean = LastingMean(name="r1")
    for value in (1.0, 2.0, 6.0):
        mean.update_state(value)
    assert float(mean.result()) == pytest.approx(3.0)
    assert mean.name == "r1"


def test_mean_lasts_through_an_epoch_in_which_nothing_came():
    mean = LastingMean()
    assert float(mean.result()) == 0.0
    mean.update_state(4.0)
    for _ in range(3):
        mean.reset_state()
        assert float(mean.result()) == 4.0
        mean.update_state(99.0, sample_weight=0.0)  # a step in which it did not act
        assert float(mean.result()) == 4.0
    mean.update_state(10.0)
    assert float(mean.result()) == 10.0
    mean.reset_state()
    assert float(mean.result()) == 10.0


def test_mean_of_zero_is_not_taken_for_nothing():
    mean = LastingMean()
    mean.update_state(4.0)
    mean.reset_state()
    mean.update_state(0.0)
    assert float(mean.result()) == 0.0


def test_mean_does_not_hide_nan():
    mean = LastingMean()
    mean.update_state(float("nan"))
    assert np.isnan(mean.result())
    mean.reset_state()
    mean.update_state(1.0)
    assert float(mean.result()) == 1.0


def test_names_in_the_order_in_which_they_are_shown():
    logs = Logs(penalties.by_name(["r1", "r1"]))
    assert list(logs.trackers) == [
        *("d_loss", "g_loss", "d_real", "d_fake", "d_accuracy", "r1", "r1_2"),
        *("d_gradient_norm", "g_gradient_norm"),
    ]
    assert [tracker.name for tracker in logs.trackers.values()] == list(logs.trackers)
    assert type(logs.trackers["d_loss"]) is keras.metrics.Mean


@pytest.mark.parametrize("graph", [False, True])
def test_lazy_penalties_count_only_where_they_acted(graph):
    terms = {"r1": penalties.R1(interval=4), "r2": penalties.R2()}
    logs = Logs(terms)

    def update(step):
        value = tf.cast(step, tf.float32) + 1.0
        logs.update({"d_loss": value, "r1": value, "r2": value}, 8, step)

    run = tf.function(update) if graph else update
    for step in range(10):  # R1 acts at 0, 4 and 8
        run(tf.constant(step, tf.int64))
    results = {name: float(mean.result()) for name, mean in logs.trackers.items()}
    assert results["d_loss"] == pytest.approx(5.5)
    assert results["r2"] == pytest.approx(5.5)
    assert results["r1"] == pytest.approx((1 + 5 + 9) / 3)
    assert results["g_loss"] == 0.0


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError, match="d_los"):
        Logs({}).update({"d_los": 1.0}, 1)


def test_means_are_over_examples():
    logs = Logs({})
    for value, rows in ((1.0, 6), (9.0, 2), (float("nan"), 0)):
        logs.update({"d_loss": value}, tf.constant(rows))
    assert float(logs.trackers["d_loss"].result()) == pytest.approx(3.0)
    assert int(logs.rows()) == 8
    logs.update({"d_loss": float("nan")}, 1)
    assert np.isnan(logs.trackers["d_loss"].result())


def test_the_last_value_is_whole_on_each_replica(two_replicas):
    with two_replicas.scope():
        mean = LastingMean()

    @tf.function
    def run(value):
        def update():
            if value is not None:
                mean.update_state(value)
            return mean.result()

        return two_replicas.experimental_local_results(two_replicas.run(update))

    run(4.0)
    mean.reset_state()
    assert [float(value) for value in run(None)] == [4.0, 4.0]
    assert float(mean.result()) == 4.0


def test_a_gradient_that_overflowed_is_no_part_of_the_mean():
    logs = Logs({})
    for value in (2.0, np.inf, np.nan, 4.0):
        logs.update({"g_gradient_norm": tf.constant(value), "g_loss": value}, 8)
    assert float(logs.trackers["g_gradient_norm"].result()) == 3.0
    assert not np.isfinite(logs.trackers["g_loss"].result())
