"""The figures of games that are no GAN, on games whose answers are known."""

import math
import pathlib
import sys

import keras
import numpy as np
import PIL.Image
import pytest

import kgan

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import judge_games


@pytest.fixture
def pairs(tmp_path):
    """Pairs whose target is the negative of the source."""
    draw = np.random.default_rng(0)
    for name in map(str, range(30)):
        gray = draw.integers(0, 256, (4, 4), np.uint8)
        for folder, pixels in (("a", gray), ("b", 255 - gray)):
            path = tmp_path / "set" / folder / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            PIL.Image.fromarray(pixels).save(path)
    return f"pairs:{tmp_path / 'set'}:a:b:0.3"


class Negative:
    """A perfect translation."""

    def translate(self, images):
        return 255 - images


def test_a_perfect_translation(pairs):
    figures = judge_games.judge_translation(Negative(), pairs)
    assert figures["translation"] == 0.0
    # Independent uniform values in [-1, 1] are 2/3 apart, x and -x 2|x|: 1 on average.
    assert figures["translation_of_another"] == pytest.approx(2 / 3, abs=0.15)
    assert figures["source_itself"] == pytest.approx(1.0, abs=0.15)
    assert 0.4 < figures["mean_target"] < figures["translation_of_another"]


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
