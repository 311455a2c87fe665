"""Runs cases in turn, each in a process of its own, and compares their times.

Neighbours on the machine and its clock make a second's work take now longer, now less.
So nothing is compared that was not measured side by side: one round plays a block of
each case, one after the other, and the ratio of two cases is the median over the rounds
of the ratio within a round.
"""

import dataclasses
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

SCRIPTS = pathlib.Path(__file__).parents[1]


class Worker:
    """A process that plays blocks of one case.

    Args:
        order: What `worker.main` reads first.
    """

    def __init__(self, order: dict):
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        path = os.pathsep.join([str(SCRIPTS), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarking.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )
        self._write(json.dumps(order))

    def start(self, steps: int) -> None:
        """Has a block played, without waiting for it."""
        self._write(steps)

    def answer(self) -> dict:
        """Waits for the block's end.

        Returns:
            `seconds`, and `resident` and `peak` memory in MiB.

        Raises:
            RuntimeError: If the process died; the message ends its own last lines.
        """
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError(f"A worker ended early:\n{self._last_words()}")
        return json.loads(line)

    def play(self, steps: int) -> dict:
        """Has a block played and waits for it."""
        self.start(steps)
        return self.answer()

    def stop(self) -> None:
        """Ends the process."""
        self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.errors):
            file.close()

    def _write(self, line):
        try:
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # `answer` finds out, and says why

    def _last_words(self):
        self.errors.seek(0)
        return "".join(self.errors.readlines()[-8:])


@dataclasses.dataclass
class Result:
    """What was measured of one case.

    Attributes:
        steps: Steps in a block.
        seconds: Seconds of a step, one number for each round.
        waited: Share of these in which the step waited for data, where it was asked.
        first: Seconds of the first two steps: tracing and compiling.
        peak: Most memory that the process ever had, in MiB.
        device_peak: The same of the accelerator's memory.
        failure: Why there is none of this, or None.
    """

    steps: int = 0
    seconds: list = dataclasses.field(default_factory=list)
    waited: list = dataclasses.field(default_factory=list)
    first: float = 0.0
    peak: float = 0.0
    device_peak: float = 0.0
    failure: str | None = None

    @property
    def median(self) -> float:
        """Seconds of a step."""
        return statistics.median(self.seconds)


def ratio(mine: list, others: list) -> float:
    """Returns the median over the rounds of one time relative to another.

    Args:
        mine: Times, one for each round.
        others: Times of the same rounds.
    """
    return statistics.median(a / b for a, b in zip(mine, others, strict=True))


def in_turn(orders: dict, rounds: int, seconds: float, period: int = 1) -> dict:
    """Measures cases in turn.

    Args:
        orders: What `worker.main` reads first, by name.
        rounds: Number of blocks of each case.
        seconds: How long a block shall be, about.
        period: A block has a multiple of so many steps.

    Returns:
        A `Result` for each name. One whose process died says why.
    """
    workers = {name: Worker(order) for name, order in orders.items()}
    results = {name: Result() for name in orders}
    try:
        for name, worker in workers.items():
            a_call = orders[name]["case"]["steps_per_execution"]
            _try(results[name], _warm_up, worker, results[name], a_call)
            unit = math.lcm(period, a_call)
            _try(results[name], _choose_length, worker, results[name], seconds, unit)
        for number in range(rounds):
            # Forth and back: none has always the same neighbour before it.
            for name in list(workers)[:: -1 if number % 2 else 1]:
                _try(results[name], _measure, workers[name], results[name])
    finally:
        for worker in workers.values():
            worker.stop()
    return results


def _try(result, function, *arguments):
    if result.failure is None:
        try:
            function(*arguments)
        except RuntimeError as error:
            result.failure = str(error)


def _warm_up(worker, result, steps_per_execution):
    """Traces and compiles, with and without a lazy penalty."""
    steps = max(2, steps_per_execution)
    result.first = worker.play(steps)["seconds"]
    worker.play(steps)  # a compiler may come a second time


def _choose_length(worker, result, seconds, unit):
    result.steps = unit * max(1, round(seconds / worker.play(unit)["seconds"]))


def _measure(worker, result):
    answer = worker.play(result.steps)
    result.seconds.append(answer["seconds"] / result.steps)
    result.peak = answer["peak"]
    result.device_peak = answer.get("device_peak", 0.0)
    if "waited" in answer:
        result.waited.append(answer["waited"] / answer["seconds"])
