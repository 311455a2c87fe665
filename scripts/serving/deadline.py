"""How long a server may take in all."""

import concurrent.futures
import threading
import time

from serving.failures import Failure


class Deadline:
    """The moment until which a server may answer, counted from now on.

    Args:
        address: The server, for what is said of it.
        seconds: Seconds that its answers may take together.
    """

    def __init__(self, address, seconds):
        self.address = address
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Returns the seconds that are left, 0 where none are."""
        return max(0.0, self._end - time.monotonic())

    def missed(self) -> Failure:
        """Builds the failure of a server that takes longer."""
        return Failure(
            f"{self.address} gave no answer within {self.seconds:g} s (--timeout)"
        )

    def wait_for(self, work, *args):
        """Returns the result of a function that has no time limit of its own.

        A socket's limit counts anew at each read, and the look-up of a name has none;
        so what is late is left behind, in a thread that ends with the program.

        Raises:
            Failure: If the result comes too late.
        """
        future = concurrent.futures.Future()
        thread = threading.Thread(target=_run, args=(future, work, args), daemon=True)
        thread.start()
        if not concurrent.futures.wait([future], self.remaining()).done:
            raise self.missed()
        return future.result()


def _run(future, work, args):
    try:
        future.set_result(work(*args))
    except Exception as error:
        future.set_exception(error)
