"""Rendezvous: before TensorFlow starts, each worker checks that all others are alive.

TensorFlow waits an hour for a missing worker, without a message, and ignores Ctrl-C and
SIGTERM meanwhile.
"""

import socket
import sys
import time

from kgan.distribute import cluster
from kgan.distribute.cluster import Cluster, Task

_SECONDS_BETWEEN_CHECKS = 0.2
_SECONDS_BEFORE_A_MESSAGE = 5.0
_SECONDS_FOR_AN_ANSWER = 2.0


def listen(task: Task) -> socket.socket:
    """Listens at the address of TensorFlow's server of this process.

    Returns a listening socket, to be closed before TensorFlow binds the port. Raises an
    `OSError` if the port is in use or not allowed.
    """
    # On all interfaces, as TensorFlow does: the name in TF_CONFIG may be that of a
    # router in front of this machine.
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    try:
        return socket.create_server(("", task.port), family=family, dualstack_ipv6=both)
    except OSError as error:
        reason = f"cannot listen there: {error.strerror or error}"
        raise OSError(f"{cluster.VARIABLE}: this is {task}, and {reason}") from None


def silent(tasks: tuple) -> tuple:
    """Returns those tasks whose address accepts no connection now."""
    return tuple(task for task in tasks if not _answers(task))


def _answers(task):
    try:
        address = (task.host, task.port)
        socket.create_connection(address, _SECONDS_FOR_AN_ANSWER).close()
    except OSError:
        return False
    return True


def meet(workers: Cluster, patience: float) -> None:
    """Waits up to `patience` seconds until each of the other workers has answered once.

    Raises:
        OSError: If this process cannot listen at its own address.
        TimeoutError: If a worker did not answer in time; the message names it.
    """
    begin = time.monotonic()
    with listen(workers.own):
        missing, printed = silent(workers.others), False
        while missing:
            waited = time.monotonic() - begin
            names = ", ".join(map(str, missing))
            if waited > patience:
                raise TimeoutError(
                    f"{workers.own} waited {patience:g} s for {names}. Each must be "
                    "started with the same cluster, its port open to the others."
                )
            if waited > _SECONDS_BEFORE_A_MESSAGE and not printed:
                printed = True
                text = f"Waiting up to {patience:g} s for {names}"
                print(text, file=sys.stderr, flush=True)
            time.sleep(_SECONDS_BETWEEN_CHECKS)
            missing = silent(missing)
