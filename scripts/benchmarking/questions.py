"""What a benchmark asks: each question gives the rows of a table."""

import dataclasses
import statistics
import types

from benchmarking import cases, measuring, rates

_STEPS, _BLOCKS = 500, 5


def _plan(name):
    return cases.plan(cases.recipe_of(name), cases.SHAPES[name])


def play(chosen: list, plan: cases.Plan, settings: types.SimpleNamespace) -> list:
    """Measures cases of one plan in turn; returns a `measuring.Result` for each."""
    threads = settings.threads
    orders = {
        case.name: cases.order(dataclasses.replace(case, threads=threads), plan)
        for case in chosen
    }
    results = measuring.in_turn(orders, settings.pairs, settings.seconds, plan.period)
    return [results[case.name] for case in chosen]


def steps(name: str, settings: types.SimpleNamespace) -> list:
    """Asks how long a recipe's step takes in each way of playing it.

    Args:
        name: A key of `cases.SHAPES`.
        settings: `pairs`, `seconds`, `threads`, `precisions`, `xla`, `torch`.

    Returns:
        A row for each way: its `case`, `side` and `precision`; `milliseconds` of a step
        in each round; `images_per_second`, where an image is an example of an update of
        D; `gigaflops`, billions of operations a second; `first_seconds` until the first
        steps were done; `peak_mib` of memory. Or its `failure`.
    """
    plan = _plan(name)
    chosen = cases.of_keras(settings.precisions, settings.xla)
    if settings.torch:
        chosen += cases.of_torch(settings.precisions, len(plan.shape) > 1)
    results = play(chosen, plan, settings)
    return [_row(name, plan, *pair) for pair in zip(chosen, results, strict=True)]


def _row(name, plan, case, result):
    row = {
        "recipe": name,
        "case": case.name,
        "side": case.side,
        "precision": case.precision,
        "operations": plan.operations,
    }
    if result.failure:
        return row | {"failure": result.failure}
    recipe = plan.recipe
    images = recipe["batch_size"] * recipe["discriminator_steps"]
    return row | {
        "milliseconds": [seconds * 1e3 for seconds in result.seconds],
        "images_per_second": images / result.median,
        "gigaflops": plan.operations / result.median / 1e9,
        "first_seconds": result.first,
        "peak_mib": result.peak,
        "device_peak_mib": result.device_peak,
        "steps": result.steps,
    }


def attainable(settings: types.SimpleNamespace) -> list:
    """Asks which rates a matrix product and a convolution reach on this machine.

    Returns:
        A row for each `kind` and `precision`, with `gigaflops`, or a `failure`.
    """
    orders = {}
    for precision in settings.precisions:
        for kind in rates.OPERATIONS:
            case = cases.Case(kind, precision, threads=settings.threads)
            orders[case] = {"case": dataclasses.asdict(case), "plan": None}
    results = measuring.in_turn(orders, settings.pairs, settings.seconds)
    return [_rate(case, result) for case, result in results.items()]


def _rate(case, result):
    row = {"kind": case.side, "precision": case.precision}
    if result.failure:
        return row | {"failure": result.failure}
    operations = rates.OPERATIONS[case.side]
    return row | {"gigaflops": operations / result.median / 1e9}


def waiting(name: str, settings: types.SimpleNamespace) -> dict:
    """Asks what real data cost.

    Returns:
        `ratio`: time of a `fit` step behind `kgan.data.load`, relative to one whose
        batch lies in memory; `waited`: share of a step in which the next batch was
        asked for and had not come. Or a `failure`.
    """
    chosen = [
        cases.Case("kgan"),
        cases.Case("kgan", pipeline=True),
        cases.Case("waiting", pipeline=True),
    ]
    results = play(chosen, _plan(name), settings)
    for result in results:
        if result.failure:
            return {"recipe": name, "failure": result.failure}
    in_memory, piped, watched = results
    return {
        "recipe": name,
        "ratio": measuring.ratio(piped.seconds, in_memory.seconds),
        "waited": statistics.median(watched.waited),
    }


def growth(name: str, settings: types.SimpleNamespace) -> dict:
    """Asks whether memory grows while one call of `fit` plays thousands of steps.

    Returns:
        `resident_mib` after each number of `steps`.
    """
    case = cases.Case("kgan", threads=settings.threads)
    worker = measuring.Worker(cases.order(case, _plan(name)))
    try:
        answers = [worker.play(_STEPS) for _ in range(_BLOCKS)]
    finally:
        worker.stop()
    return {
        "recipe": name,
        "steps": [_STEPS * (index + 1) for index in range(_BLOCKS)],
        "resident_mib": [answer["resident"] for answer in answers],
    }
