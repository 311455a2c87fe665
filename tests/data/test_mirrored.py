"""Example n + i is example i from right to left, wherever it is read."""

import json

import numpy as np
import pytest

from kgan import data
from kgan.data import mirrored
from kgan.data.folder import FolderSource

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 4, 6, 3), dtype=np.uint8)
BOTH = np.concatenate([IMAGES, IMAGES[:, :, ::-1]])
LABELS = np.array([3, 0, 1, 2, 2])


def rows(dataset, iterations=1):
    """All examples of so many iterations, uint8."""
    found = [batch.numpy() for _ in range(iterations) for batch in dataset]
    return np.round((np.concatenate(found) + 1) * 127.5).astype(np.uint8)


def test_the_data_are_doubled():
    source = data.source((IMAGES, LABELS), mirror=True)
    assert source.num_examples == 10
    assert (source.shape, source.dtype, source.num_classes) == ((4, 6, 3), np.uint8, 4)
    np.testing.assert_array_equal(source.read(), BOTH)
    np.testing.assert_array_equal(source.read([7, 0, 2, 7]), BOTH[[7, 0, 2, 7]])
    np.testing.assert_array_equal(source.labels, [*LABELS, *LABELS])
    np.testing.assert_array_equal([r() for r in source.originals()], BOTH)


def test_the_images_of_the_source_are_left_alone():
    images = IMAGES.copy()
    data.source(images, mirror=True).read()
    np.testing.assert_array_equal(images, IMAGES)


@pytest.mark.parametrize("memory_limit", [0, 2**30])
def test_an_epoch_has_each_image_twice(memory_limit):
    options = {"batch_size": 5, "mirror": True, "memory_limit": memory_limit}
    epoch = rows(data.load(IMAGES, **options))
    assert len(epoch) == 10
    assert {row.tobytes() for row in epoch} == {row.tobytes() for row in BOTH}
    ordered = data.load(IMAGES, shuffle=False, **options)
    np.testing.assert_array_equal(rows(ordered), BOTH)
    assert len(data.load(IMAGES, 10, mirror=True)) == 1


def test_labels_belong_to_their_images():
    for images, labels in data.load((IMAGES, LABELS), 5, mirror=True, with_labels=True):
        for image, label in zip(rows([images]), labels.numpy(), strict=True):
            (place,) = np.flatnonzero((image == BOTH).all(axis=(1, 2, 3)))
            assert label == LABELS[place % 5]


@pytest.mark.parametrize("start", [1, 3, 7])
def test_a_batch_is_a_function_of_seed_and_number(start):
    options = {"batch_size": 3, "steps_per_epoch": 4, "seed": 9, "mirror": True}
    whole = rows(data.load(IMAGES, **options), 4)
    later = rows(data.load(IMAGES, start=start, **options), 2)
    np.testing.assert_array_equal(later, whole[3 * start : 3 * start + 24])


def test_floats_and_many_channels_are_mirrored():
    bands = np.random.default_rng(0).normal(size=(2, 3, 4, 7)).astype(np.float32)
    source = data.source(bands, mirror=True)
    np.testing.assert_array_equal(source.read()[2:], bands[:, :, ::-1])


def test_a_folder_of_vectors(tmp_path, picture):
    names = ["0.png", "1.png"]
    originals = np.array([picture(f"in/{name}") for name in names])
    content = {"labels": [[name, [float(name[0]), 2.0]] for name in names]}
    (tmp_path / "in/dataset.json").write_text(json.dumps(content))
    source = data.source(tmp_path / "in", mirror=True)
    np.testing.assert_array_equal(source.read()[2:], originals[:, :, ::-1])
    assert source.conditions.tolist() == [[0, 2], [1, 2]] * 2
    before = FolderSource(tmp_path / "in")
    assert source.identity() == before.identity()
    assert source.fingerprint() != before.fingerprint()
    assert source.windows == before.windows


def test_both_images_of_a_pair_are_mirrored(tmp_path, picture):
    sides = {
        side: np.array([picture(f"in/{side}/{i}.png") for i in range(3)])
        for side in ("source", "target")
    }
    name = f"pairs:{tmp_path}/in:source:target"
    options = {"batch_size": 6, "shuffle": False, "held_out": 0.0}
    with pytest.raises(ValueError, match="batch_size must be at most 3"):
        data.load(name, **options)
    (batch,) = data.load(f"{name}:.0", 6, shuffle=False, mirror=True)
    for side, images in sides.items():
        expected = np.concatenate([images, images[:, :, ::-1]])
        np.testing.assert_array_equal(rows([batch[side]]), expected)
    pairs = data.source(f"{name}:.0")
    both = mirrored.mirrored(pairs)
    assert (pairs.num_examples, both.num_examples) == (3, 6)
    np.testing.assert_array_equal(both.read()[:3], pairs.read())
    assert both.identity() == pairs.identity()
    assert both.fingerprint() != pairs.fingerprint()


@pytest.mark.parametrize("name", ["ring", "gaussian", np.zeros((8, 2), np.float32)])
def test_what_are_no_images_is_refused(name):
    message = r"mirror must be False for \w+, whose examples are no images.*Received"
    with pytest.raises(ValueError, match=message):
        data.load(name, 4, mirror=True)
