import numpy as np

from kgan.callbacks.recent_means import RecentMeans


def test_means_of_parts_come_out_of_running_means():
    values = np.random.default_rng(0).normal(size=60)
    running = np.cumsum(values) / np.arange(1, 61)
    recent, before = RecentMeans(), 0
    for steps in (10, 25, 60):
        taken = recent.take({"loss": running[steps - 1]}, steps)
        np.testing.assert_allclose(taken["loss"], values[before:steps].mean())
        before = steps


def test_a_mean_of_ones_is_one_exactly():
    recent = RecentMeans()
    assert recent.take({"d_accuracy": 0.5}, 7)["d_accuracy"] == 0.5
    # 7 steps of 1/2, then 3 of 1.
    assert recent.take({"d_accuracy": 0.65}, 10)["d_accuracy"] == 1.0


def test_a_new_epoch_starts_at_zero():
    recent = RecentMeans()
    recent.take({"loss": 5.0}, 10)
    recent.begin()
    assert recent.take({"loss": 2.0}, 4) == {"loss": 2.0}


def test_keys_that_come_late_and_what_is_no_number():
    recent = RecentMeans()
    recent.take({"loss": 1.0}, 2)
    taken = recent.take({"loss": 1.0, "r1": 3.0, "text": "no"}, 4)
    assert taken == {"loss": 1.0, "r1": 6.0}  # as if it had been 0 before


def test_without_a_step_the_values_are_as_they_are():
    recent = RecentMeans()
    recent.take({"loss": 1.0}, 2)
    assert recent.take({"loss": 1.5}, 2) == {"loss": 1.5}
