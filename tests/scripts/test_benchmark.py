"""What the benchmark counts, compares and writes; no test looks at its figures."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import kgan

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

from benchmarking import cases, measuring, networks, tables, worker

SCRIPTS = pathlib.Path(__file__).parents[2] / "scripts"


def described(*layers, shape=(8, 8, 3)):
    x = inputs = keras.Input(shape)
    for layer in layers:
        x = layer(x)
    return networks.describe(keras.Model(inputs, x))


def test_operations_of_layers():
    dense, convolution, transposed = (
        described(keras.layers.Dense(5), shape=(7,)),
        described(keras.layers.Conv2D(4, 3, strides=2, padding="same")),
        described(keras.layers.Conv2DTranspose(4, (4, 2), strides=2, padding="same")),
    )
    assert networks.operations(*dense) == 2 * 7 * 5
    assert networks.operations(*convolution) == 2 * (4 * 4) * (3 * 3) * (3 * 4)
    assert networks.operations(*transposed) == 2 * (8 * 8) * (4 * 2) * (3 * 4)
    assert networks.operations(*described(keras.layers.ReLU())) == 0


def test_a_layer_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="Received: Softmax"):
        described(keras.layers.Softmax())


def test_operations_of_a_round():
    """G = a·b and D = c·d + e·1 in forward passes, counted by hand for each update."""
    generator = described(keras.layers.Dense(6), keras.layers.Dense(8), shape=(2,))
    discriminator = described(keras.layers.Dense(4), keras.layers.Dense(1), shape=(8,))
    g, first_g, d, first_d = 2 * (12 + 48), 24, 2 * (32 + 4), 64
    recipe = kgan.recipes.get("digits").override(
        batch_size=10, penalties=[{"name": "r1", "interval": 4}], discriminator_steps=3
    )
    of_d = g + 2 * d + 2 * (2 * d - first_d) + 4 * d / 4
    of_g = g + d + d + 2 * g - first_g
    counted = networks.step_operations(generator, discriminator, recipe)
    assert counted == 10 * (3 * of_d + of_g)


def test_every_case_has_a_name_of_its_own():
    precisions = ("float32", "bfloat16")
    chosen = [*cases.of_keras(precisions), *cases.of_torch(precisions, True)]
    assert len({case.name for case in chosen}) == len(chosen)
    assert chosen[0].name == "bare"
    assert {case.side for case in chosen} <= worker.SIDES.keys()


@pytest.mark.parametrize("name", cases.NAMES)
def test_plans_go_through_json(name):
    plan = cases.plan(kgan.recipes.get(name), cases.SHAPES[name])
    again = json.loads(json.dumps(dataclasses.asdict(plan)))
    recipe = kgan.recipes.Recipe.from_json(json.dumps(again["recipe"]))
    assert recipe.name == name
    assert plan.operations > 0
    intervals = [penalty.get("interval", 1) for penalty in recipe.penalties]
    assert plan.period == max(intervals, default=1)


def test_ratios_are_taken_within_a_round():
    # Rounds of other speed: the second is three times as slow for both.
    assert measuring.ratio([1.0, 3.0, 1.1], [2.0, 6.0, 2.0]) == 0.5


def row(case, milliseconds, side="kgan", precision="float32"):
    return {
        "case": case,
        "side": side,
        "precision": precision,
        "milliseconds": milliseconds,
        "images_per_second": 1000.0,
        "gigaflops": 50.0,
        "first_seconds": 1.0,
        "device_peak_mib": 0.0,
        "peak_mib": 700.0,
        "operations": 1e9,
    }


def test_tables_compare_with_the_bare_loop():
    rows = [
        row("bare", [4.0, 8.0, 4.0], "bare"),
        row("kgan", [3.0, 6.0, 5.0]),
        row("torch", [6.0, 12.0, 6.0], "torch"),
        {"case": "kgan, XLA", "side": "kgan", "precision": "float32", "failure": "No."},
    ]
    rates = [{"kind": "matmul", "precision": "float32", "gigaflops": 200.0}]
    lines = tables.of_steps(rows, rates).splitlines()
    assert lines[2].startswith("| bare | 4.00 | 1,000 | 1.00 | 25% |")
    assert lines[3].startswith("| kgan | 5.00 | 1,000 | 0.75 |")
    assert lines[5].startswith("| kgan, XLA | failed: No. |")
    goals = tables.of_goals({"ring": rows}).splitlines()[-1]
    assert goals == (
        "| ring | float32 | 0.75 | ≤ 1.00 | 0.75 | ≤ 0.75 | 2.00 |  | kgan; torch |"
    )


def command(*flags):
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    line = [sys.executable, str(SCRIPTS / "benchmark.py"), *flags]
    return subprocess.run(line, env=environment, capture_output=True, text=True)


def test_a_small_benchmark_from_the_command_line(tmp_path):
    output, markdown = tmp_path / "figures.json", tmp_path / "tables.md"
    done = command(
        *("--recipes=gaussian", "--parts=steps", "--precisions=float32"),
        *("--notorch", "--pairs=2", "--seconds=0.02"),
        *(f"--output={output}", f"--markdown={markdown}"),
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(output.read_text())["steps"]["gaussian"]
    assert [row["case"] for row in rows][:3] == ["bare", "bare, XLA", "kgan"]
    assert all(len(row["milliseconds"]) == 2 for row in rows)
    assert all(np.array(row["milliseconds"]).min() > 0 for row in rows)
    assert "| bare |" in markdown.read_text()


def test_unknown_names_are_refused_before_anything_is_measured():
    done = command("--recipes=nothing", "--parts=all", "--precisions=float16")
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert "--recipes must be of gaussian" in told
    assert "--parts must be of rates" in told
    assert "--precisions must be of float32" in told


def test_the_twin_in_pytorch_has_the_same_networks():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from benchmarking import torch_layers

    recipe = kgan.recipes.get("cifar10").override(model_options={"width": 8})
    plan = cases.plan(recipe, (32, 32, 3))
    for layers, network in (
        (plan.generator, kgan.models.dcgan((32, 32, 3), width=8)[0]),
        (plan.discriminator, kgan.models.dcgan((32, 32, 3), width=8)[1]),
    ):
        twin = torch_layers.build(layers)
        count = sum(parameter.numel() for parameter in twin.parameters())
        assert count == sum(np.prod(w.shape) for w in network.trainable_weights)


@pytest.mark.parametrize("name", cases.SHAPES)
def test_steps_by_hand_can_play_every_recipe(name):
    recipe = cases.recipe_of(name)
    assert len(recipe.penalties) <= 1
    assert all(isinstance(p["weight"], float) for p in recipe.penalties)
    assert recipe.regularizers == recipe.objectives == ()
    assert recipe.augmentation == {}
    assert recipe.top_k == 1.0
    assert cases.plan(recipe, cases.SHAPES[name]).operations > 0
