"""Strategies by name; the processes of several workers are in test_workers.py."""

import json
import socket

import pytest
import tensorflow as tf

from kgan import distribute

TWO = {"cluster": {"worker": ["127.0.0.1:2222", "127.0.0.1:2223"]}}


@pytest.fixture
def config(monkeypatch):
    def config(index, cluster=TWO):
        task = {"type": "worker", "index": index}
        monkeypatch.setenv("TF_CONFIG", json.dumps({**cluster, "task": task}))

    monkeypatch.delenv("TF_CONFIG", raising=False)
    return config


def test_names():
    assert distribute.names() == ["auto", "none", "mirrored", "tpu", "multi_worker"]


@pytest.mark.parametrize("name", ["none", "auto"])
def test_one_device(config, name):
    assert distribute.get(name) is tf.distribute.get_strategy()


def test_mirrored_runs_loops_of_steps_on_cpu_devices(config):
    strategy = distribute.get("mirrored")
    count = len(tf.config.list_logical_devices("CPU"))
    assert strategy.num_replicas_in_sync == count > 1

    def step():
        context = tf.distribute.get_replica_context()
        return context.all_reduce("sum", tf.constant(1.0))

    @tf.function
    def loop():
        total = tf.constant(0.0)
        for _ in tf.range(2):
            total += strategy.reduce("sum", strategy.run(step), axis=None)
        return total

    assert loop().numpy() == 2 * count**2


def test_auto_takes_all_gpus(config, monkeypatch):
    made = []
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: ["GPU"] * 2)
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda: made.append("all"))
    distribute.get("auto")
    assert made == ["all"]


def test_unknown_name(config):
    message = "Did you mean 'mirrored'. `strategy` must be one of auto, none.*'miror'"
    with pytest.raises(ValueError, match=message):
        distribute.get("miror")


@pytest.mark.parametrize("name", ["none", "mirrored", "tpu"])
def test_a_cluster_does_not_train_alone(config, name):
    config(0)
    with pytest.raises(ValueError, match=f"names 2 workers.*Received: {name}"):
        distribute.get(name)


def test_multi_worker_needs_a_cluster(config):
    with pytest.raises(ValueError, match=r"TF_CONFIG, like {.*Received: no cluster"):
        distribute.get("multi_worker")


@pytest.mark.parametrize("name", ["multi_worker", "auto"])
def test_an_address_in_use(config, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        own = f"127.0.0.1:{taken.getsockname()[1]}"
        config(0, {"cluster": {"worker": [own, "127.0.0.1:1"]}})
        with pytest.raises(OSError, match=f"{own}.*in use"):
            distribute.get(name)


def test_a_cluster_of_one_is_no_cluster_for_auto(config):
    config(0, {"cluster": {"worker": ["127.0.0.1:2222"]}})
    assert distribute.get("auto") is tf.distribute.get_strategy()
