"""The roll call: before TensorFlow starts, each worker looks whether all others live.

TensorFlow waits an hour for a worker that does not come, says nothing in this time, and
hears neither Ctrl-C nor SIGTERM.
"""

import socket
import sys
import time

from kgan.distribute import cluster
from kgan.distribute.cluster import Cluster, Task

_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_BEFORE_A_WORD = 5.0
_SECONDS_FOR_AN_ANSWER = 2.0


def listen(task: Task) -> socket.socket:
    """Listens where TensorFlow's server of this process is going to.

    Args:
        task: This process.

    Returns:
        A listening socket. Close it before TensorFlow takes the port.

    Raises:
        OSError: If the port is in use or not allowed.
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
    """Gives those of some tasks whose address takes no connection now."""
    return tuple(task for task in tasks if not _answers(task))


def _answers(task):
    try:
        address = (task.host, task.port)
        socket.create_connection(address, _SECONDS_FOR_AN_ANSWER).close()
    except OSError:
        return False
    return True


def meet(workers: Cluster, patience: float) -> None:
    """Waits until each of the other workers has answered once.

    Args:
        workers: The cluster.
        patience: For how many seconds.

    Raises:
        OSError: If this process cannot listen at its own address.
        TimeoutError: If a worker did not answer in time; the message names it.
    """
    begin = time.monotonic()
    with listen(workers.own):
        missing, told = silent(workers.others), False
        while missing:
            waited = time.monotonic() - begin
            names = ", ".join(map(str, missing))
            if waited > patience:
                raise TimeoutError(
                    f"{workers.own} waited {patience:g} s for {names}. Each must be "
                    "started with the same cluster, its port open to the others."
                )
            if waited > _SECONDS_BEFORE_A_WORD and not told:
                told = True
                print(
                    f"Waiting up to {patience:g} s for {names}",
                    file=sys.stderr,
                    flush=True,
                )
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            missing = silent(missing)
