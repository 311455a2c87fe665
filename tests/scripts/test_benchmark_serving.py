"""The benchmark of serving measures both sides on the same latents."""

import pathlib
import sys

import networks
import numpy as np
import pytest
import tensorflow as tf

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import benchmark_serving


@pytest.mark.parametrize("num_classes", [None, 3])
def test_both_sides_give_the_same_images(num_classes, tmp_path):
    gan = networks.gan(num_classes=num_classes)
    path = gan.export(tmp_path / "m", allow_untrained=True)
    loaded = tf.saved_model.load(path)
    functions = benchmark_serving.sides(gan, loaded.signatures["serving_default"])
    inputs = benchmark_serving.inputs_of(gan, 4)
    served, python = (f(inputs) for f in functions.values())
    np.testing.assert_allclose(served, (python + 1) / 2, atol=1e-6)
    seconds = benchmark_serving.measure(functions, inputs, calls=3)
    assert [len(times) for times in seconds.values()] == [3, 3]


def test_a_row_is_of_medians():
    served, python = [0.001, 0.002, 0.009], [0.002, 0.002, 0.003]
    cells = benchmark_serving.row(8, {"SavedModel": served, "Keras": python})
    assert len(cells) == len(benchmark_serving.HEAD)
    assert cells[:2] == ["8", "2.00 ms"]
    assert cells[3:] == ["4,000", "2.00 ms", "1.00"]
    assert "| 8 | 2.00 ms |" in benchmark_serving.tables.table(
        benchmark_serving.HEAD, [cells]
    )
