"""Measures a step of kgan: against a bare loop, PyTorch, and what the machine can do.

    python scripts/benchmark.py --output=performance.json --markdown=performance.md
    python scripts/benchmark.py --recipes=ring,digits --parts=steps --notorch
    python scripts/benchmark.py --sweep

Each way of playing a step is a process of its own, and all take turns: what is compared
is the median ratio of blocks of steps that ran one right after the other. PyTorch is
measured where it is installed. Nothing else should run on the machine meanwhile.
"""

import json
import os
import pathlib
import sys
import time
import types

from absl import app, flags

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# As the command `kgan` sets it; the workers inherit it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

from benchmarking import cases, machine, questions, sweep, tables

PARTS = ("rates", "steps", "waiting", "growth")

FLAGS = flags.FLAGS
flags.DEFINE_list("recipes", list(cases.NAMES), "Which recipes' steps.")
flags.DEFINE_list("parts", list(PARTS), f"Which of {', '.join(PARTS)}.")
flags.DEFINE_list("precisions", ["float32", "bfloat16"], "In which precisions.")
flags.DEFINE_bool("sweep", False, "Instead: XLA's gain on networks of growing size.")
flags.DEFINE_bool("xla", True, "Also TensorFlow's steps compiled by XLA.")
flags.DEFINE_bool("torch", True, "Also PyTorch, where it is installed.")
flags.DEFINE_integer("pairs", 5, "Blocks of each case, in turn.", lower_bound=1)
flags.DEFINE_float("seconds", 1.0, "Length of a block, about.", lower_bound=0.0)
flags.DEFINE_integer("threads", 0, "Threads of an operation; 0: the libraries' choice.")
flags.DEFINE_string("output", None, "File for all numbers, as JSON.")
flags.DEFINE_string("markdown", None, "File for the tables.")


def settings() -> types.SimpleNamespace:
    """Returns the flags as the questions take them."""
    torch = FLAGS.torch and machine.version("torch") is not None
    if FLAGS.torch and not torch:
        print("PyTorch is not installed: its rows are left out.\n")
    return types.SimpleNamespace(
        pairs=FLAGS.pairs,
        seconds=FLAGS.seconds,
        threads=FLAGS.threads,
        precisions=tuple(FLAGS.precisions),
        xla=FLAGS.xla,
        torch=torch,
    )


def ask(parts: list, recipes: list, options: types.SimpleNamespace) -> dict:
    """Asks all questions, one after the other; shows each answer as it comes.

    Returns:
        Rows by question; those of the steps by recipe.
    """
    answers = {"rates": [], "steps": {}, "waiting": [], "growth": []}
    if "rates" in parts:
        answers["rates"] = questions.attainable(options)
        show("What the machine reaches", tables.of_rates(answers["rates"]))
    for name in recipes if "steps" in parts else []:
        rows = answers["steps"][name] = questions.steps(name, options)
        size = rows[0]["operations"] / 1e9
        show(
            f"`{name}`: {size:.3f} GFLOP a step",
            tables.of_steps(rows, answers["rates"]),
        )
    if answers["steps"]:
        show("What was aimed at", tables.of_goals(answers["steps"]))
    if "waiting" in parts:
        answers["waiting"] = [questions.waiting(name, options) for name in recipes]
        show("Waiting for data", tables.of_waiting(answers["waiting"]))
    if "growth" in parts:
        answers["growth"] = questions.growth(recipes[0], options)
        show("Memory", tables.of_growth(answers["growth"]))
    return answers


def show(title: str, text: str) -> None:
    """Prints a table, and adds it to the file of tables."""
    block = f"### {title}\n\n{text}\n"
    print(block, flush=True)
    if FLAGS.markdown:
        with open(FLAGS.markdown, "a", encoding="utf-8") as file:
            file.write(f"{block}\n")


def check(**flags: tuple[list, tuple]) -> None:
    """Raises an error for unknown names, before anything is measured.

    Args:
        **flags: By flag, the names that it got and those that are known.
    """
    wrong = [
        f"--{flag} must be of {', '.join(known)}. Received: {name}"
        for flag, (names, known) in flags.items()
        for name in names
        if name not in known
    ]
    if wrong:
        raise app.UsageError("\n".join(wrong))


def main(argv: list[str]) -> None:
    """Measures what the flags ask for."""
    if len(argv) > 1:
        raise app.UsageError(f"There are flags only. Received: {argv[1]}")
    check(
        recipes=(FLAGS.recipes, cases.NAMES),
        parts=(FLAGS.parts, PARTS),
        precisions=(FLAGS.precisions, ("float32", "bfloat16")),
    )
    begin = time.perf_counter()
    options = settings()
    if FLAGS.markdown:
        pathlib.Path(FLAGS.markdown).write_text("", encoding="utf-8")
    described = machine.describe() | {"load before": f"{machine.load():.2f}"}
    described["command"] = " ".join(["python scripts/benchmark.py", *sys.argv[1:]])
    show("Machine", tables.of_machine(described))
    if FLAGS.sweep:
        answers = {"sweep": list(sweep.rows(options))}
        show("XLA by size of a step", tables.of_sweep(answers["sweep"]))
    else:
        answers = ask(FLAGS.parts, FLAGS.recipes, options)
    minutes = (time.perf_counter() - begin) / 60
    print(f"Took {minutes:.1f} minutes; load at the end {machine.load():.2f}.")
    if FLAGS.output:
        text = json.dumps({"machine": described, **answers}, indent=1)
        pathlib.Path(FLAGS.output).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    app.run(main)
