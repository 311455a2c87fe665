"""TF_CONFIG is checked before TensorFlow sees it."""

import json

import pytest

from kgan.distribute import cluster

ADDRESSES = ["127.0.0.1:2222", "127.0.0.1:2223"]


def _config(task_type="worker", index=1, **jobs):
    jobs = jobs or {"worker": ADDRESSES}
    return json.dumps({"cluster": jobs, "task": {"type": task_type, "index": index}})


@pytest.fixture
def read(monkeypatch):
    def read(text):
        monkeypatch.setenv("TF_CONFIG", text)
        return cluster.read()

    return read


def test_read_without_a_cluster(read, monkeypatch):
    assert read("") is None
    assert read("{}") is None
    assert read('{"cluster": {}, "task": {"type": "worker", "index": 0}}') is None
    monkeypatch.delenv("TF_CONFIG")
    assert cluster.read() is None


def test_read_workers(read):
    found = read(_config(index=1))
    assert [str(task) for task in found.tasks] == [
        "worker 0 (127.0.0.1:2222)",
        "worker 1 (127.0.0.1:2223)",
    ]
    assert found.own.port == 2223
    assert found.own.host == "127.0.0.1"
    assert found.others == found.tasks[:1]
    assert not found.is_chief
    assert read(_config(index=0)).is_chief


def test_the_chief_comes_first(read):
    jobs = {"worker": ["b:1", "c:1"], "chief": ["a:1"]}
    found = read(_config("worker", 0, **jobs))
    assert [task.address for task in found.tasks] == ["a:1", "b:1", "c:1"]
    assert not found.is_chief
    assert read(_config("chief", 0, **jobs)).is_chief


def test_what_launchers_write_besides(read):
    assert read(_config(index="1")).own.index == 1
    text = json.dumps(
        {
            "cluster": {"worker": ["a:1"], "evaluator": ["e:1"]},
            "task": {"type": "worker", "index": 0},
            "environment": "cloud",
        }
    )
    assert [task.address for task in read(text).tasks] == ["a:1"]
    assert read(_config(index=0, worker=["[::1]:2222"])).own.host == "::1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{cluster", "TF_CONFIG must be JSON .*Received: {cluster"),
        ("[1]", r"TF_CONFIG must be like .*Received: \[1\]"),
        ('{"cluster": ["a:1"]}', r"`cluster` must be like .*Received: \['a:1'\]"),
        ('{"cluster": {"worker": ["a:1"]}}', "`task` must identify .*Received: None"),
        (
            '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker"}}',
            "`task` must identify this process",
        ),
        (_config("worker", 2), "cluster: worker 0, worker 1. Received: worker 2"),
        (_config("worker", -1), "Received: worker -1"),
        (_config("worker", "x"), "Received: worker x"),
        (_config("chief", 0), "cluster: worker 0, worker 1. Received: chief 0"),
        (_config("ps", 0), "one that trains, a chief or a worker. Received: 'ps'"),
        (_config("evaluator", 0), "a chief or a worker. Received: 'evaluator'"),
        (_config(0, 0), "Received: 0 0"),
        (_config(index=0, worker=["a:1"], ps=["b:1"]), "chief, worker.*Received: 'ps'"),
        (_config(index=0, worker=[]), "must hold a chief or workers"),
        (_config(index=0, worker="a:1"), "a list of host:port for 'worker'"),
        (_config(index=0, worker={"0": "a:1"}), "a list of host:port for 'worker'"),
        (_config("chief", 0, chief=["a:1", "b:1"]), "must hold one chief"),
        (_config(index=0, worker=["a:1", "a:1"]), "for worker 0 and for worker 1"),
        (_config(index=0, worker=["a"]), "worker 0 must be host:port.*Received: 'a'"),
        (_config(index=0, worker=["a:"]), "Received: 'a:'"),
        (_config(index=0, worker=[":1"]), "Received: ':1'"),
        (_config(index=0, worker=["a:0"]), "from 1 to 65535. Received: 'a:0'"),
        (_config(index=0, worker=["a:65536"]), "Received: 'a:65536'"),
        (_config(index=0, worker=["a:b"]), "Received: 'a:b'"),
        (_config(index=0, worker=[7]), "Received: 7"),
        (_config(index=0, worker=["::1:2222"]), r"\[::1\]:2222. Received"),
        (_config(index=0, worker=["http://a:1"]), "Received: 'http://a:1'"),
    ],
)
def test_read_refuses(read, text, message):
    with pytest.raises(ValueError, match=message):
        read(text)


def test_is_chief(read):
    read("")
    assert cluster.is_chief()
    read(_config(index=0))
    assert cluster.is_chief()
    read(_config(index=1))
    assert not cluster.is_chief()
    with pytest.raises(ValueError, match="worker 2"):
        read(_config(index=2))
