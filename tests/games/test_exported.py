"""An exported folder generates as the game that it was exported from."""

import json
import shutil

import numpy as np
import pytest

import kgan
from kgan.games import exported
from kgan.games.exported import Exported


@pytest.fixture(scope="module")
def loaded(folder):
    return {kind: Exported(folder(kind)) for kind in ("classes", "points")}


def close(found, expected):
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    atol = 1 if found.dtype == np.uint8 else 1e-5
    np.testing.assert_allclose(found.astype(float), expected.astype(float), atol=atol)


@pytest.mark.parametrize("kind", ["classes", "points"])
def test_it_generates_the_same(trained, loaded, kind):
    gan, model = trained(kind), loaded[kind]
    assert (model.data_shape, model.is_image) == (gan.data_shape, gan.is_image)
    assert (model.num_classes, model.latent_dim) == (gan.num_classes, gan.latent_dim)
    assert type(model.prior) is type(gan.prior)
    assert model.step == gan.step
    for asked in (
        {"num_images": 150, "seed": 3},  # more than go through it at a time
        {"num_images": 5, "seed": 3, "start": 10**6, "truncation": 0.5},
    ):
        close(model.generate(**asked), gan.generate(**asked))
    close(model.interpolate(3, 8, steps=5), gan.interpolate(3, 8, steps=5))


def test_classes(trained, loaded):
    gan, model = trained("classes"), loaded["classes"]
    labels = [2, 0, 1, 1]
    close(model.generate(4, labels=labels), gan.generate(4, labels=labels))
    assert model.shown().keys() == gan.shown().keys()
    found, expected = (m.examples(6, labels="balanced") for m in (model, gan))
    assert found.provenance() == expected.provenance()
    (images, found_labels), (expected, labels) = (
        next(iter(each.batches(6))) for each in (found, expected)
    )
    close(images, expected)
    np.testing.assert_array_equal(found_labels, labels)


def test_few_rows_at_a_time_and_the_raw_generator(trained, tmp_path):
    gan = trained("images")
    path = gan.export(tmp_path / "m", max_images=2, averaged=False)
    model = Exported(path)
    close(model.generate(100), gan.generate(100, averaged=False))
    close(model.generate(2, averaged=False), gan.generate(2, averaged=False))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (lambda m: m.generate(2, averaged=False), "`averaged` must be True for this"),
        (lambda m: m.generate(2, labels=3), "labels.*3"),
        (lambda m: m.discriminate(np.zeros((1, 8, 8, 1))), "holds no discriminator"),
        (lambda m: m.export("x"), "was exported already"),
        (lambda m: kgan.directions.find(m), "Functional or Sequential"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(loaded, asked, message):
    with pytest.raises(ValueError, match=message):
        asked(loaded["classes"])


def test_the_newest_version_is_found(folder, tmp_path):
    path = folder("points")
    assert exported.find(path) == path
    assert exported.find(path.parent) == path
    assert exported.find(tmp_path) is None
    assert exported.find(tmp_path / "nowhere") is None
    for version in (1, 10, 9):
        shutil.copytree(path, tmp_path / str(version))
    assert exported.find(tmp_path) == tmp_path / "10"


def test_what_it_reads_is_among_the_files(folder, tmp_path):
    path = folder("classes")
    record = json.loads((path / "kgan.json").read_text("utf-8"))
    assert record["data_shape"] == [8, 8, 1]
    assert "kgan.json" in (path / "SHA256SUMS").read_text("utf-8")
    shutil.copytree(path, tmp_path / "m")
    (tmp_path / "m" / "kgan.json").unlink()
    with pytest.raises(ValueError, match=r"must hold kgan\.json.* Received: .*m$"):
        Exported(tmp_path / "m")
