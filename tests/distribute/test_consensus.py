"""Agreement over replicas: two logical devices stand for two workers."""

import signal
import types

import numpy as np
import pytest
import tensorflow as tf

from kgan.distribute import consensus


def _own(number=None):
    return types.SimpleNamespace(number=number, requested=lambda: number is not None)


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(consensus.time, "monotonic", lambda: clock.now)
    return clock


def test_gather_gives_the_rows_of_all_replicas(two_replicas):
    rows = consensus.gather(two_replicas, [1.0, 2.0**52 + 1])
    np.testing.assert_array_equal(rows, [[1.0, 2.0**52 + 1]] * 2)


def test_stop_takes_any_wish(two_replicas, monkeypatch):
    own = _own()
    stop = consensus.AgreedStop(own, two_replicas)
    assert not stop.requested()
    assert stop.number is None
    # The other worker got SIGTERM, this one Ctrl-C: all take the same.
    others = {"rows": [[1.0, 0.0, 0.1], [0.0, 1.0, 0.1]]}
    monkeypatch.setattr(consensus, "gather", lambda *_: np.array(others["rows"]))
    while not stop.requested():
        pass
    assert stop.number == signal.SIGTERM
    others["rows"] = [[0.0, 0.0, 0.1], [1.0, 0.0, 0.1]]
    stop = consensus.AgreedStop(own, two_replicas)
    assert stop.requested()
    assert stop.number == signal.SIGINT


def test_stop_tells_its_own_wish(two_replicas):
    stop = consensus.AgreedStop(_own(signal.SIGTERM), two_replicas)
    assert stop.requested()
    assert stop.number == signal.SIGTERM


@pytest.mark.parametrize(("seconds", "interval"), [(0.01, 100), (0.3, 3), (7.0, 1)])
def test_stop_looks_about_once_a_second(monkeypatch, clock, seconds, interval):
    calls, looks = [], []

    def gather(strategy, values):
        looks.append(len(calls))
        return np.array([values])

    monkeypatch.setattr(consensus, "gather", gather)
    stop = consensus.AgreedStop(_own(), None)
    while len(looks) < 20:
        calls.append(None)
        assert not stop.requested()
        clock.now += seconds
    # Before the first step nothing is known; then the pauses at most double.
    pauses = np.diff(looks)
    assert looks[:2] == [1, 3]
    assert np.all(pauses[1:] <= 2 * pauses[:-1])
    assert set(pauses[-5:]) <= {interval, interval - 1}


def test_agreed_leaves_a_single_worker_alone(two_replicas):
    own = _own()
    assert consensus.agreed(own, two_replicas) is own
    assert consensus.agreed(own, tf.distribute.get_strategy()) is own


def test_check_equal(two_replicas, monkeypatch):
    consensus.check_equal("The step", 3, "Share it.", two_replicas)
    monkeypatch.setattr(consensus, "_several_workers", lambda strategy: True)
    consensus.check_equal("The step", 3, "Share it.", two_replicas)
    monkeypatch.setattr(consensus, "gather", lambda *_: np.array([[3.0], [0.0], [3.0]]))
    message = "The step must be the same on all workers. Received: 0 and 3. Share it."
    with pytest.raises(ValueError, match=message):
        consensus.check_equal("The step", 3, "Share it.", two_replicas)


def test_of_chief(two_replicas, monkeypatch):
    assert consensus.of_chief(2.5, two_replicas) == 2.5
    monkeypatch.setattr(consensus, "_several_workers", lambda strategy: True)
    monkeypatch.setattr(consensus, "gather", lambda *_: np.array([[7.0], [2.5]]))
    assert consensus.of_chief(2.5, two_replicas) == 7.0


def test_wait_for_all(two_replicas, monkeypatch):
    met = []
    monkeypatch.setattr(consensus, "gather", lambda *call: met.append(call))
    consensus.wait_for_all(two_replicas)
    assert met == []
    monkeypatch.setattr(consensus, "_several_workers", lambda strategy: True)
    consensus.wait_for_all(two_replicas)
    assert met == [(two_replicas, [0.0])]
