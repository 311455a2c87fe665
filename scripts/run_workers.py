"""Runs a `kgan` command in several processes of this machine, as on several machines.

    python scripts/run_workers.py --workers=2 train --recipe=digits --run_dir=runs/two

Each process gets a TF_CONFIG with free ports of the loopback interface, and each line
of its output the worker's name in front. When one fails, the others get a minute to
end by themselves, and are then killed. The exit status is 0 where all ended well, that
of the first failure otherwise.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time


def configs(num_workers: int) -> list:
    """Builds a TF_CONFIG for each worker, at ports that are free now.

    Args:
        num_workers: Number of workers.

    Returns:
        A list of JSON texts; the first is that of worker 0, which writes.
    """
    with contextlib.ExitStack() as stack:
        # All are held at once, so that no two are the same.
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            for _ in range(num_workers)
        ]
        addresses = [f"127.0.0.1:{opened.getsockname()[1]}" for opened in sockets]
    return [
        json.dumps(
            {
                "cluster": {"worker": addresses},
                "task": {"type": "worker", "index": index},
            }
        )
        for index in range(num_workers)
    ]


class Workers:
    """Processes that run one command, each with a TF_CONFIG of its own.

    Leaving the `with` block kills those that still run.

    Args:
        command: The command line, a list of strings.
        num_workers: Number of processes.
        output: Where their lines go; by default to `sys.stdout`.

    Attributes:
        configs: The TF_CONFIG of each.
        processes: Each as a `subprocess.Popen`.

    Example:
        ```python
        with Workers([sys.executable, "-m", "kgan.cli", "train"], 2) as workers:
            status = workers.wait(grace=60.0)
        ```
    """

    def __init__(self, command: list, num_workers: int, output=None):
        self.command = command
        self.configs = configs(num_workers)
        self.output = output or sys.stdout
        self.processes = []
        self._readers = []

    def __enter__(self):
        for index, config in enumerate(self.configs):
            process = subprocess.Popen(
                self.command,
                env={**os.environ, "TF_CONFIG": config},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            self.processes.append(process)
            reader = threading.Thread(
                target=self._forward, args=(index, process), daemon=True
            )
            reader.start()
            self._readers.append(reader)
        return self

    def __exit__(self, *exception):
        for process in self.processes:
            process.kill()
        for process, reader in zip(self.processes, self._readers, strict=True):
            process.wait()
            reader.join(timeout=5.0)

    def _forward(self, index, process):
        with process.stdout as lines:
            for line in lines:
                print(f"[worker {index}] {line}", end="", file=self.output, flush=True)

    def wait(self, grace: float) -> int:
        """Waits until all have ended, or one has failed and `grace` seconds passed.

        Returns:
            0, or the exit status of the first that failed.
        """
        first, deadline = 0, float("inf")
        while time.monotonic() < deadline:
            statuses = [process.poll() for process in self.processes]
            failed = [status for status in statuses if status]
            if failed and not first:
                first, deadline = failed[0], time.monotonic() + grace
            if None not in statuses:
                break
            time.sleep(0.05)
        return first

    def stop(self, signal_number: int) -> None:
        """Sends a signal to all that still run."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal_number)


def main() -> int:
    """Runs what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2, help="number of processes")
    parser.add_argument(
        "--grace", type=float, default=60.0, help="seconds that a failure leaves"
    )
    parser.add_argument("command", help="a command of kgan: train")
    parser.add_argument("flags", nargs=argparse.REMAINDER, help="its flags")
    arguments = parser.parse_args()
    if arguments.workers < 1:
        parser.error(f"--workers must be positive. Received: {arguments.workers}")
    line = [sys.executable, "-m", "kgan.cli", arguments.command, *arguments.flags]
    with Workers(line, arguments.workers) as workers:
        # A terminal sends Ctrl-C to the workers too: they stop together, and this
        # program waits for them. `kill` reaches this process alone.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: workers.stop(signal.SIGTERM))
        status = workers.wait(arguments.grace)
    # A process that a signal ended has its negative number for a status.
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
