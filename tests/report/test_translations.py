"""The part of the page that shows translations."""

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image
from two_sets import convolution

import kgan
from kgan.report import page, translations


@pytest.fixture(scope="module")
def game():
    inputs = [keras.Input((8, 8, 1)), keras.Input((8, 8, 3))]
    x = layers.Conv2D(1, 3)(layers.Concatenate()(inputs))
    return kgan.Pix2Pix(convolution(1, 3), keras.Model(inputs, x), image_size=8)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder, draw = tmp_path_factory.mktemp("pairs"), np.random.default_rng(0)
    for index in range(20):
        for part, channels in (("from", 1), ("to", 3)):
            path = folder / part / f"{index}.png"
            path.parent.mkdir(exist_ok=True)
            pixels = draw.integers(0, 256, (8, 8, channels), np.uint8)
            Image.fromarray(pixels.squeeze()).save(path)
    return kgan.data.Pairs(folder, "from", "to", held_out=0.3)


def test_held_out_images_are_shown(game, source):
    test = translations.held_out(source)
    assert (test.split, test.shape) == ("test", source.shape)
    assert translations.held_out(test) is test
    found = translations.translations(game, source)
    rows = min(8, test.num_examples)
    assert f'alt="{rows} rows of source, output, target"' in found
    assert "Images held out, drawn by the seed" in found


def test_data_without_a_held_out_part(game):
    images = kgan.data.source(np.zeros((4, 8, 8, 3), "uint8"))
    assert translations.held_out(images) is images


def test_facts(game, source):
    found = translations.facts(game, source)
    assert "any × any × 1 to any × any × 3" in found
    assert "0 steps" in found


def test_a_page(game, source, tmp_path):
    options = {"allow_few": True, "cache_dir": None}
    measured = kgan.metrics.measure(game, source, ["l1", "psnr"], 20, **options)
    table = tmp_path / "metrics.csv"
    table.write_text("step,d_loss,g_loss,l1\n1,2,3,4\n2,1,2,3\n")
    path = page.write(
        tmp_path / "report.html", game, measured, source, metrics_csv=table
    )
    text = path.read_text("utf-8")
    for title in ("Metrics", "Translations", "Training"):
        assert f">{title}</h2>" in text
    for title in ("Samples", "Interpolation", "Features"):
        assert f">{title}</h2>" not in text
    assert "psnr" in text
