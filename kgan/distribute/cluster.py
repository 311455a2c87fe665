"""The cluster of TF_CONFIG: its processes, their addresses, and this process.

TensorFlow reads the same environment variable, but reports its errors late: from inside
its server, after minutes of waiting, or never.
"""

import dataclasses
import json
import os

VARIABLE = "TF_CONFIG"
# Tasks that train, the one that leads first. Its id in the cluster is 0.
_TRAINING = ("chief", "worker")
EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


@dataclasses.dataclass(frozen=True)
class Task:
    """One process of a cluster.

    Attributes:
        type: "chief" or "worker".
        index: Its number among those of its type.
        address: `host:port` where the others reach it.
    """

    type: str
    index: int
    address: str

    def __str__(self):
        return f"{self.type} {self.index} ({self.address})"

    @property
    def host(self) -> str:
        """The host's name, or its IP address without brackets."""
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port of its server."""
        return int(self.address.rpartition(":")[2])


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The processes that train together.

    Attributes:
        tasks: All of them in the order of their replicas: the chief, then the workers.
        position: Which of them this process is.
    """

    tasks: tuple
    position: int

    @property
    def own(self) -> Task:
        """This process."""
        return self.tasks[self.position]

    @property
    def others(self) -> tuple:
        """All other processes."""
        return tuple(task for task in self.tasks if task is not self.own)

    @property
    def is_chief(self) -> bool:
        """Whether this process writes files: the chief, or the first worker."""
        return self.position == 0


def read() -> Cluster | None:
    """Reads and checks TF_CONFIG; returns None where it is not set or has no cluster.

    Raises:
        ValueError: If it is not JSON, or has no cluster or task for a training.

    Example: where it is `EXAMPLE`, `read().own.address` is "host0:2222".
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return None
    try:
        config = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{VARIABLE} must be JSON ({error}). Received: {text}"
        ) from None
    if not isinstance(config, dict):
        raise ValueError(f"{VARIABLE} must be like {EXAMPLE}. Received: {text}")
    if not config.get("cluster"):
        return None
    tasks = _tasks(config["cluster"])
    return Cluster(tasks, _position(tasks, config.get("task")))


def is_chief() -> bool:
    """Returns whether this process writes files; True without TF_CONFIG, or raises."""
    found = read()
    return found is None or found.is_chief


def _tasks(jobs):
    _check(isinstance(jobs, dict), f"`cluster` must be like that of {EXAMPLE}", jobs)
    # An evaluator does not take part in the training.
    others = [job for job in jobs if job not in (*_TRAINING, "evaluator")]
    expected = f"the jobs of `cluster` must be of {', '.join(_TRAINING)}"
    _check(not others, f"{expected}, for all replicas train in step", *others)
    for job, addresses in jobs.items():
        expected = f"`cluster` must hold a list of host:port for {job!r}"
        _check(isinstance(addresses, list), expected, addresses)
    chiefs = jobs.get("chief", [])
    _check(len(chiefs) <= 1, "`cluster` must hold one chief", chiefs)
    tasks = tuple(
        Task(job, index, _address(address, job, index))
        for job in _TRAINING
        for index, address in enumerate(jobs.get(job, []))
    )
    _check(tasks, "`cluster` must hold a chief or workers", jobs)
    _check_distinct_addresses(tasks)
    return tasks


def _check(holds, expected, *received):
    if not holds:
        given = ", ".join(map(repr, received))
        raise ValueError(f"{VARIABLE}: {expected}. Received: {given}")


def _address(address, job, index):
    host, colon, port = str(address).rpartition(":")
    numeric = port.isascii() and port.isdigit() and 0 < int(port) < 2**16
    whole = isinstance(address, str) and host.strip() and colon and numeric
    expected = f"the address of {job} {index} must be host:port"
    _check(whole, f"{expected} with a port from 1 to 65535", address)
    bare_ipv6 = ":" in host and not (host.startswith("[") and host.endswith("]"))
    plain = not bare_ipv6 and "/" not in host
    _check(plain, f"{expected}, as host0:2222 or [::1]:2222", address)
    return address


def _check_distinct_addresses(tasks):
    first = {}
    for task in tasks:
        other = first.setdefault(task.address, task)
        if other is not task:
            raise ValueError(
                f"{VARIABLE}: each task must have an address of its own. Received: "
                f"{task.address} for {other.type} {other.index} and for "
                f"{task.type} {task.index}"
            )


def _position(tasks, task):
    identified = isinstance(task, dict) and {"type", "index"} <= task.keys()
    _check(identified, f"`task` must identify this process, as in {EXAMPLE}", task)
    own = (task["type"], _number(task["index"]))
    trains = own[0] not in ("ps", "evaluator")
    _check(trains, "the task must be one that trains, a chief or a worker", own[0])
    known = [(task.type, task.index) for task in tasks]
    if own not in known:
        names = ", ".join(f"{job} {index}" for job, index in known)
        raise ValueError(
            f"{VARIABLE}: the task must be one of its cluster: {names}. "
            f"Received: {task['type']} {task['index']}"
        )
    return known.index(own)


def _number(index):
    # Some launchers write the index as a string, which TensorFlow accepts, too.
    text = str(index)
    return int(text) if text.isascii() and text.isdigit() else index
