"""What one process can know of others; real ones are in scripts/test_run_workers.py."""

import json
import socket

import pytest
import tensorflow as tf

from kgan.distribute import workers

GONE = tf.errors.UnavailableError(None, None, "connection reset by peer")


@pytest.fixture
def cluster_of(monkeypatch):
    def cluster_of(*addresses):
        config = {
            "cluster": {"worker": addresses},
            "task": {"type": "worker", "index": 0},
        }
        monkeypatch.setenv("TF_CONFIG", json.dumps(config))

    return cluster_of


def test_is_lost_worker(cluster_of, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert not workers.is_lost_worker(GONE)
    cluster_of("127.0.0.1:2222")
    assert not workers.is_lost_worker(GONE)
    cluster_of("127.0.0.1:2222", "127.0.0.1:2223")
    assert workers.is_lost_worker(GONE)
    assert not workers.is_lost_worker(ValueError("no"))
    assert not workers.is_lost_worker(tf.errors.InvalidArgumentError(None, None, ""))


def test_naming_lost_workers(cluster_of):
    with socket.create_server(("127.0.0.1", 0)) as alive:
        address = f"127.0.0.1:{alive.getsockname()[1]}"
        cluster_of("127.0.0.1:2222", address, "no-such-host.invalid:1")
        message = r"Lost worker 2 \(no-such-host.invalid:1\), .*go on alone. Try again."
        with pytest.raises(ConnectionError, match=message):
            _meet(GONE)
        cluster_of("127.0.0.1:2222", address)
        with pytest.raises(ConnectionError, match="Lost another worker"):
            _meet(GONE)


def test_naming_lost_workers_leaves_other_errors_alone(cluster_of, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(tf.errors.UnavailableError):
        _meet(GONE)
    cluster_of("127.0.0.1:2222", "127.0.0.1:2223")
    with pytest.raises(tf.errors.InvalidArgumentError):
        _meet(tf.errors.InvalidArgumentError(None, None, ""))


@workers.naming_lost_workers("Try again.")
def _meet(error):
    raise error
