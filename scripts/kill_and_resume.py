"""Kills training runs at random moments, resumes them, and compares what comes out.

    python scripts/kill_and_resume.py --output=kills.json

For each case (precision, updates of D in a round, XLA) one run of `kgan train` is left
alone. Another one is killed with SIGKILL again and again, and resumed each time with
`kgan train --resume`. Then all variables of both `gan.keras` are compared bit for bit:
both networks, the average, both optimizers with their loss scales, and the clock.

The moments are drawn over the whole run. A part of them lies between a checkpoint's
first byte and its renaming: the process is killed as soon as the unfinished file
appears, and that file, with its size, is what the kill left behind. A line tells of
each kill. Cases that the output file holds already are not run again.
"""

import argparse
import dataclasses
import itertools
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

from kgan.callbacks import checkpoints
from kgan.core import atomic_files
from kgan.runs import directory

_STEPS = 1200
_CHECKPOINT_EVERY = 8
_OPTIONS = '{"generator_hidden": [32, 32], "discriminator_hidden": [32, 32]}'
# Seconds: about the time from one checkpoint to the next, and that of writing one.
_PAUSE = 0.06
_PAUSE_IN_WRITE = 0.02


@dataclasses.dataclass(frozen=True)
class Case:
    """One way to train.

    Attributes:
        precision: "float32" or "mixed_bfloat16".
        discriminator_steps: Updates of D in a round.
        jit_compile: Whether XLA compiles the step.
        steps: Rounds of the game.
    """

    precision: str = "float32"
    discriminator_steps: int = 1
    jit_compile: bool = False
    steps: int = _STEPS

    @property
    def name(self) -> str:
        """What it is called in files."""
        compiled = "xla" if self.jit_compile else "graph"
        return f"{self.precision}-{self.discriminator_steps}-{compiled}-{self.steps}"

    def flags(self) -> list:
        """Returns the flags of `kgan train`."""
        return [
            "--recipe=digits",
            f"--model_options={_OPTIONS}",
            f"--precision={self.precision}",
            f"--discriminator_steps={self.discriminator_steps}",
            f"--jit_compile={str(self.jit_compile).lower()}",
            f"--steps={self.steps}",
            f"--sample_every={self.steps // 4}",
            f"--checkpoint_every={_CHECKPOINT_EVERY}",
        ]


CASES = [
    Case(*values)
    for values in itertools.product(
        ("float32", "mixed_bfloat16"), (1, 3), (False, True)
    )
]


class Run:
    """A process that trains.

    Args:
        flags: Flags of `kgan train`.
        run_dir: The run's directory.
        log: File to which the output is added.
    """

    def __init__(self, flags: list, run_dir: pathlib.Path, log: pathlib.Path):
        self.directory = run_dir / directory.CHECKPOINTS
        self.log = log
        self._seen = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kgan.cli", "train", *flags],
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def output(self) -> str:
        """What it has printed."""
        return self.log.read_bytes()[self._seen :].decode()

    def newest(self) -> int:
        """Returns the step of the newest checkpoint, -1 if there is none."""
        steps = map(checkpoints.step_of, checkpoints.steps(self.directory))
        return max(steps, default=-1)

    def unfinished(self) -> list:
        """Lists the sizes of files that are being written and have a byte at least."""
        sizes = map(_size, atomic_files.leftovers(self.directory))
        return [size for size in sizes if size]

    def wait_for(self, condition) -> None:
        """Waits, without rest, until a condition holds.

        Raises:
            RuntimeError: If the process ends before.
        """
        while not condition():
            if self.process.poll() is not None:
                raise RuntimeError(f"The run ended too early:\n{self.output()}")
            time.sleep(1e-4)

    def finish(self) -> None:
        """Waits for the end.

        Raises:
            RuntimeError: If it is a failure.
        """
        if self.process.wait() != 0:
            raise RuntimeError(f"The run failed:\n{self.output()}")

    def kill(self, step: int, in_write: bool, pause: float) -> dict:
        """Kills it some time after a step, and says what that left behind.

        Args:
            step: A checkpoint of this step or a later one is there before.
            in_write: Whether to wait until the next checkpoint is being written.
            pause: Seconds to wait then.
        """
        line = "run directory"  # of the last lines before training
        self.wait_for(lambda: line in self.output() and self.newest() >= step)
        if in_write:
            self.wait_for(self.unfinished)
        time.sleep(pause)
        self.process.kill()
        self.process.wait()
        begun = re.findall(r"^Going on from .*, step ([\d,]+)\.$", self.output(), re.M)
        return {
            "began_at": int(begun[0].replace(",", "")) if begun else 0,
            "newest_checkpoint": self.newest(),
            "bytes_of_unfinished": sum(self.unfinished()),
        }


def _size(path):
    try:
        return path.stat().st_size
    except FileNotFoundError:  # it has got its name
        return 0


def moments(kills: int, in_write: int, steps: int, draw: random.Random) -> list:
    """Draws when a run is killed.

    Args:
        kills: How often.
        in_write: How many of them wait until a checkpoint is being written.
        steps: Rounds of the game.
        draw: Source of random numbers.

    Returns:
        Arguments of `Run.kill`, in order of their steps.
    """
    # The last ones leave time for a checkpoint before the run ends.
    last = steps - 10 * _CHECKPOINT_EVERY
    after = sorted(draw.randrange(-_CHECKPOINT_EVERY, last) for _ in range(kills))
    chosen = set(draw.sample(range(kills), in_write))
    return [
        {
            "step": max(step, -1),
            "in_write": index in chosen,
            "pause": draw.uniform(0, _PAUSE_IN_WRITE if index in chosen else _PAUSE),
        }
        for index, step in enumerate(after)
    ]


def differences(first: pathlib.Path, second: pathlib.Path) -> list:
    """Lists the variables in which two saved models differ by a bit."""
    pairs = zip(
        *(_variables(directory.load_model(p)) for p in (first, second)), strict=True
    )
    return [
        name
        for (name, ours), (_, theirs) in pairs
        if ours.dtype != theirs.dtype or ours.tobytes() != theirs.tobytes()
    ]


def _variables(gan):
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    owners = [*gan.variables, *(v for o in optimizers for v in o.variables)]
    return [(variable.path, np.asarray(variable.value)) for variable in owners]


def play(
    case: Case, kills: int, in_write: int, seed: int, folder: pathlib.Path
) -> dict:
    """Trains one case twice, and kills it once many times.

    Args:
        case: What to train.
        kills: How often it is killed.
        in_write: How many of them wait until a checkpoint is being written.
        seed: Seed of the moments.
        folder: Where the two runs and their output go.

    Returns:
        The case, all kills, and the names of variables that differ.
    """
    folder.mkdir(parents=True)
    whole, killed = folder / "whole", folder / "killed"
    begin = time.perf_counter()
    Run([*case.flags(), f"--run_dir={whole}"], whole, folder / "whole.log").finish()
    told, flags = [], [*case.flags(), f"--run_dir={killed}"]
    for moment in moments(kills, in_write, case.steps, random.Random(seed)):
        told.append(Run(flags, killed, folder / "killed.log").kill(**moment))
        print(_line(case, len(told), told[-1]), flush=True)
        if (killed / directory.RECIPE).exists():
            flags = [f"--resume={killed}"]
    last = Run(flags, killed, folder / "killed.log")
    last.finish()
    return {
        **dataclasses.asdict(case),
        "kills": told,
        "variables_that_differ": differences(whole, killed),
        "seconds": round(time.perf_counter() - begin, 1),
    }


def _line(case, number, kill):
    size = kill["bytes_of_unfinished"]
    moment = f"{size:,} bytes into the next" if size else "none being written"
    return (
        f"{case.name}: kill {number}: began at step {kill['began_at']}, "
        f"newest checkpoint {kill['newest_checkpoint']}, {moment}"
    )


def in_write(result: dict) -> int:
    """Counts the kills between a checkpoint's first byte and its renaming."""
    return sum(kill["bytes_of_unfinished"] > 0 for kill in result["kills"])


def table(results: list) -> str:
    """Writes what came out as a table in Markdown."""
    rows = [
        "| precision | updates of D | XLA | kills | of them while a checkpoint was "
        "written | variables that differ |",
        "|---|---|---|---|---|---|",
    ]
    for result in results:
        compiled = "yes" if result["jit_compile"] else "no"
        rows.append(
            f"| {result['precision']} | {result['discriminator_steps']} | {compiled} "
            f"| {len(result['kills'])} | {in_write(result)} "
            f"| {len(result['variables_that_differ'])} |"
        )
    return "\n".join(rows)


def _options(argv):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20, help="in each case")
    parser.add_argument("--in_write", type=int, default=8, help="of them in a write")
    parser.add_argument("--cases", type=int, nargs="*", help="indices of cases, or all")
    parser.add_argument("--steps", type=int, default=_STEPS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", help="where the runs go, and stay")
    parser.add_argument("--output", type=pathlib.Path, default="kills.json")
    return parser.parse_args(argv)


def main(argv: list | None = None) -> int:
    """Plays all cases; the exit status is 1 if a variable differs somewhere."""
    options = _options(argv)
    chosen = CASES if options.cases is None else [CASES[i] for i in options.cases]
    cases = [dataclasses.replace(case, steps=options.steps) for case in chosen]
    found = json.loads(options.output.read_text()) if options.output.exists() else {}
    folder = pathlib.Path(options.folder or tempfile.mkdtemp())
    for case in cases:
        name = f"{case.name}-{options.kills}"
        if name not in found:
            # What is left of an attempt that was broken off.
            shutil.rmtree(folder / name, ignore_errors=True)
            found[name] = play(
                case, options.kills, options.in_write, options.seed, folder / name
            )
            text = json.dumps(found, indent=1) + "\n"
            atomic_files.write_atomically(
                options.output, lambda p, t=text: p.write_text(t)
            )
    if options.folder is None:
        shutil.rmtree(folder)
    results = [found[f"{case.name}-{options.kills}"] for case in cases]
    print(table(results))
    return int(any(result["variables_that_differ"] for result in results))


if __name__ == "__main__":
    sys.exit(main())
