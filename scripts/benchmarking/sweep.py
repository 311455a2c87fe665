"""When XLA pays: the time of a compiled step relative to the graph's, by size."""

import types

from benchmarking import cases, measuring, questions

import kgan

_MLP = [(width, batch) for batch in (64, 512) for width in (32, 128, 512, 1024)]
_DCGAN = [(width, side) for side in (16, 32) for width in (8, 16, 32, 64)]


def networks() -> list:
    """Lists what is measured: `(words, recipe, shape of an example)`."""
    digits, cifar10 = kgan.recipes.get("digits"), kgan.recipes.get("cifar10")
    found = []
    for width, batch in _MLP:
        hidden = {
            f"{who}_hidden": [width] * 2 for who in ("generator", "discriminator")
        }
        recipe = digits.override(model_options=hidden, batch_size=batch)
        found.append((f"mlp, {width} wide, batch {batch}", recipe, (8, 8, 1)))
    for width, side in _DCGAN:
        recipe = cifar10.override(model_options={"width": width}, penalties=())
        words = f"dcgan, {width} wide, {side}×{side}"
        found.append((words, recipe, (side, side, 3)))
    return found


def rows(settings: types.SimpleNamespace):
    """Measures one network after the other.

    Yields:
        A row for each network: `network`, `operations` of a step, and the time of a
        compiled step relative to the graph's: `ratio`, and `ratio_many` where one call
        plays several steps; `compile_seconds`. Or a `failure`.
    """
    many = cases.STEPS_A_CALL
    chosen = [
        cases.Case("kgan", compiled=compiled, steps_per_execution=steps)
        for steps in (1, many)
        for compiled in (False, True)
    ]
    for words, recipe, shape in networks():
        plan = cases.plan(recipe, shape)
        row = {"network": words, "operations": plan.operations}
        results = questions.play(chosen, plan, settings)
        failures = [result.failure for result in results if result.failure]
        if failures:
            yield row | {"failure": failures[0]}
            continue
        graph, xla, graph_many, xla_many = results
        yield row | {
            "milliseconds": graph.median * 1e3,
            "ratio": measuring.ratio(xla.seconds, graph.seconds),
            "ratio_many": measuring.ratio(xla_many.seconds, graph_many.seconds),
            "compile_seconds": xla.first - graph.first,
        }
