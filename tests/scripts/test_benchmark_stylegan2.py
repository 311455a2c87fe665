"""The forms that the benchmark compares give one result."""

import pathlib
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import benchmark_stylegan2 as benchmark

import kgan


def draw(*shape):
    return tf.constant(np.random.default_rng(0).normal(size=shape).astype("float32"))


def forms():
    for name, _, _, _, functions in benchmark.operations():
        first, *others = functions.items()
        for other, function in others:
            yield pytest.param(first[1], function, id=f"{name}: {other}")


@pytest.mark.parametrize(("ours", "other"), [*forms()])
def test_all_forms_have_one_shape_and_exact_ones_one_result(ours, other, request):
    x, kernel = draw(2, 16, 16, 3), draw(3, 3, 3, 3)
    expected, found = ours(x, kernel), other(x, kernel)
    assert found.shape == expected.shape
    name = request.node.callspec.id
    if "bilinear" not in name and "mean" not in name:
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    gradients = benchmark.with_gradient(other, x, kernel)()
    assert np.isfinite(gradients).all()


def test_variants_are_recipes_that_differ():
    variants = benchmark.variants()
    recipes = [recipe for recipe, convolutions in variants.values() if not convolutions]
    assert len({recipe.to_json() for recipe in recipes}) == len(recipes)


def test_a_step_is_played_with_other_convolutions(monkeypatch):
    chosen = benchmark.argparse.Namespace(steps=1)
    monkeypatch.setattr(benchmark, "CHOSEN", chosen)
    recipe = benchmark.recipes.get("stylegan2").override(
        batch_size=4, model_options={"channel_base": 64, "channel_max": 4}
    )
    called, ours = [], dict(benchmark.resampling.CONVOLUTIONS)

    def counted(x, kernel):
        called.append(x.shape)
        return ours["up"](x, kernel)

    benchmark.step_of(recipe, {"up": counted})()
    assert called
    assert ours == benchmark.resampling.CONVOLUTIONS


def test_rows_are_medians_and_ratios_within_a_turn():
    rows = benchmark.rows_of({"a": [1.0, 2.0, 4.0], "b": [2.0, 2.0, 8.0]})
    assert rows == [["a", "2.0", "1.00"], ["b", "2.0", "2.00"]]


def test_samplers_are_of_one_network_in_two_forms(tmp_path):
    networks = {"tiny": kgan.models.dcgan((8, 8, 1), 4, width=4)}
    served, keras = benchmark.samplers(networks, tmp_path, 3).values()
    np.testing.assert_allclose(served(), (keras() + 1) / 2, atol=1e-6)
    assert served().shape == (3, 8, 8, 1)


def test_operations_are_those_of_a_dense_layer():
    network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(5)])
    assert benchmark.operations_of(network, 4) == pytest.approx(2 * 4 * 5 + 5)
