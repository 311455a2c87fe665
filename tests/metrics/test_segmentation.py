"""Segmenters of generated pictures beside those of real ones."""

import keras
import numpy as np
import pytest
from contract import network
from PIL import Image

import kgan
from kgan.metrics.segmentation import Segmentation

SIDE = 16


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Masks of squares, and pictures in which they are brighter."""
    folder, draw = tmp_path_factory.mktemp("cells"), np.random.default_rng(0)
    for name in ("masks", "pictures"):
        (folder / name).mkdir()
    for index in range(80):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        y, x = draw.integers(0, 10, 2)
        mask[y : y + 6, x : x + 6] = 1
        picture = draw.integers(0, 90, (SIDE, SIDE, 3)) + 110 * mask[..., None]
        Image.fromarray(mask).save(folder / f"masks/{index}.png")
        Image.fromarray(picture.astype(np.uint8)).save(folder / f"pictures/{index}.png")
    return f"pairs:{folder}:masks:pictures:0.3"


def painter(of_square):
    """A game that paints the two classes in two gray levels; it needs no training."""
    source = keras.Input((SIDE, SIDE, 2))
    levels = np.repeat([[-0.7], [of_square]], 3, axis=1).astype(np.float32)
    paint = keras.layers.Dense(3, use_bias=False)
    image = keras.layers.Activation("tanh", dtype="float32")(paint(source))
    paint.set_weights([np.arctanh(levels)])
    return kgan.Pix2Pix(
        keras.Model(source, image), network([(SIDE, SIDE, 2), (SIDE, SIDE, 3)], (1,))
    )


def measured(game, pairs):
    options = {"windows": {"source_labels": "2"}, "cache_dir": None}
    metric = Segmentation(steps=60)
    return kgan.metrics.measure(game, pairs, [metric], allow_few=True, **options)


def test_pictures_teach_a_segmenter_if_they_show_their_labels(pairs):
    right, wrong = (measured(painter(level), pairs) for level in (0.3, -0.75))
    assert right["segmentation_iou"] > 0.75
    assert right["segmentation_iou_of_real"] > 0.9
    assert wrong["segmentation_iou"] < 0.5
    both = wrong["segmentation_iou_of_real"], right["segmentation_iou_of_real"]
    assert both[0] == both[1]
    details = right.measurements[0].provenance
    test = kgan.data.source(pairs, split="test", source_labels="2")
    assert details["num_held_out"] == test.num_examples
    assert details["num_training"] == details["num_annotated"] == 80 - test.num_examples
    mean = np.mean(details["iou_by_class"])
    assert right["segmentation_iou"] == pytest.approx(mean)


def test_what_has_no_labels_or_nothing_held_out_is_refused(pairs):
    game = painter(0.3)
    with pytest.raises(ValueError, match="`dataset` must have label maps of up to"):
        kgan.metrics.measure(
            kgan.Pix2Pix(
                network([(SIDE, SIDE, 1)], (SIDE, SIDE, 3)),
                network([(SIDE, SIDE, 1), (SIDE, SIDE, 3)], (1,)),
            ),
            pairs,
            ["segmentation"],
            cache_dir=None,
        )
    whole = pairs.removesuffix("0.3") + "0.0"
    with pytest.raises(ValueError, match="segmentation needs pairs that are held out"):
        measured(game, whole)
