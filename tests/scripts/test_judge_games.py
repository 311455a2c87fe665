"""The figures of games that are no GAN, on games whose answers are known."""

import math
import pathlib
import sys

import keras
import numpy as np
import pytest

import kgan

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import judge_games


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_reconstructions(share):
    class Blend:
        def reconstruct(self, images):
            mean = images.mean(axis=0)
            return np.round(share * images + (1 - share) * mean).astype(np.uint8)

    figures = judge_games.judge_inverse(Blend(), "digits")
    expected = {0.0: (0.99, 1.01), 0.5: (0.2, 0.7), 1.0: (0.0, 1e-3)}[share]
    assert expected[0] <= figures["ratio"] <= expected[1]


@pytest.mark.parametrize("power", [1, 2])
def test_paths(power):
    """G(w) = w² over two pixels has ∂G/∂w = 2w, a spread of its own; G(w) = w has 0."""
    w = keras.Input((2,))
    images = keras.layers.Reshape((2, 1, 1))(w**power)
    mapping = keras.Sequential([keras.Input((2,)), keras.layers.Identity()])
    generator = kgan.models.Mapped(mapping, keras.Model(w, images))
    flat = [keras.Input((2, 1, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    gan = kgan.GAN(generator, keras.Sequential(flat))
    assert judge_games.judge_of(gan) is judge_games.judge_paths
    figures = judge_games.judge_paths(gan, count=4000)
    if power == 1:
        assert figures == {"length": pytest.approx(1.0), "spread": pytest.approx(0.0)}
        return
    # The norm of 2w/√2 is √2 times one of Rayleigh's: √(π/2), spread √(4/π − 1).
    assert figures["length"] == pytest.approx(math.sqrt(math.pi), rel=0.05)
    assert figures["spread"] == pytest.approx(math.sqrt(4 / math.pi - 1), rel=0.05)
