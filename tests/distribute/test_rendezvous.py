"""The roll call: who listens, who answers, who is waited for."""

import socket
import threading
from concurrent import futures

import pytest

from kgan.distribute import cluster, rendezvous


def _cluster(*ports, own=0):
    tasks = tuple(
        cluster.Task("worker", index, f"127.0.0.1:{port}")
        for index, port in enumerate(ports)
    )
    return cluster.Cluster(tasks, own)


def _free_ports(count):
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in opened]
    for server in opened:
        server.close()
    return ports


def test_listen_takes_a_free_port_and_refuses_one_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        own = _cluster(taken.getsockname()[1]).own
        message = rf"TF_CONFIG: this is worker 0 \({own.address}\).*in use"
        with pytest.raises(OSError, match=message):
            rendezvous.listen(own)
    with rendezvous.listen(own), socket.create_connection((own.host, own.port)):
        pass


def test_silent_names_those_who_do_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as alive:
        (closed,) = _free_ports(1)
        tasks = _cluster(alive.getsockname()[1], closed).tasks
        assert rendezvous.silent(tasks) == tasks[1:]
    unknown = cluster.Task("worker", 2, "no-such-host.invalid:2222")
    assert rendezvous.silent((unknown,)) == (unknown,)


def test_three_workers_meet():
    ports = _free_ports(3)
    met = threading.Barrier(3, timeout=60.0)

    def meet(own):
        workers = _cluster(*ports, own=own)
        rendezvous.meet(workers, patience=30.0)
        with rendezvous.listen(workers.own):  # as TensorFlow does from now on
            met.wait()

    with futures.ThreadPoolExecutor(3) as threads:
        for meeting in [threads.submit(meet, own) for own in range(3)]:
            meeting.result()


def test_a_worker_that_never_comes(capsys, monkeypatch):
    monkeypatch.setattr(rendezvous, "_SECONDS_BEFORE_A_MESSAGE", 0.05)
    one, other = _free_ports(2)
    message = rf"worker 0 .* waited 0.5 s for worker 1 \(127.0.0.1:{other}\)"
    with pytest.raises(TimeoutError, match=message):
        rendezvous.meet(_cluster(one, other), patience=0.5)
    printed = capsys.readouterr().err
    assert printed == f"Waiting up to 0.5 s for worker 1 (127.0.0.1:{other})\n"
    # It listens no more.
    assert rendezvous.silent(_cluster(one).tasks)


def test_an_address_in_use_is_reported_before_waiting(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        workers = _cluster(taken.getsockname()[1], *_free_ports(1))
        with pytest.raises(OSError, match="in use"):
            rendezvous.meet(workers, patience=1e6)
