"""The process that plays one case: it runs a block of steps whenever it is told to.

It reads a line of JSON with the case and what the case needs, then one line for each
block, and answers each block with a line of JSON. An empty line ends it.
"""

import importlib
import json
import os
import sys

# What plays a case: a worker loads only the library that it measures.
SIDES = {
    "kgan": ("with_kgan", "Fit"),
    "waiting": ("with_kgan", "Waiting"),
    "bare": ("by_hand", "Loop"),
    "torch": ("with_torch", "Twin"),
    "matmul": ("rates", "Rate"),
    "convolution": ("rates", "Rate"),
    "translation": ("translation_kgan", "Translation"),
    "translation_torch": ("translation_torch", "same_order"),
    "translation_torch_once": ("translation_torch", "reusing"),
    "translation_profile": ("translation_profiles", "Kgan"),
    "translation_torch_profile": ("translation_profiles", "Torch"),
}


class Blocks:
    """The worker's end of the line: waits for orders, reports seconds."""

    def __init__(self, orders, answers):
        self.orders, self.answers = orders, answers

    def wait(self) -> int:
        """Returns the number of steps of the next block; 0 when there is none."""
        return int(self.orders.readline() or 0)

    def report(self, seconds: float, **more) -> None:
        """Answers the last order."""
        answer = {"seconds": seconds, **memory(), **more}
        print(json.dumps(answer), file=self.answers, flush=True)


def memory() -> dict:
    """Returns this process' memory in MiB: now, and the most it ever had.

    `getrusage` would count what the parent had when it made this process.
    """
    with open("/proc/self/status", encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file)
    keys = {"resident": "VmRSS", "peak": "VmHWM"}
    return {name: int(lines[key].split()[0]) / 2**10 for name, key in keys.items()}


def main() -> None:
    # Libraries write to standard output when they please: it is kept for the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    blocks = Blocks(sys.stdin, answers)
    order = json.loads(blocks.orders.readline())
    module, name = SIDES[order["case"]["side"]]
    side = getattr(importlib.import_module(f"benchmarking.{module}"), name)
    side(order["case"], order["plan"]).serve(blocks)


if __name__ == "__main__":
    main()
