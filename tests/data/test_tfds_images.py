import time

import numpy as np
import pytest
import tensorflow_datasets as tfds

from kgan.data import reach, tfds_images
from kgan.data.tfds_images import TFDSSource


def tiny_image(index, size=(4, 6)):
    return np.full((*size, 3), index, np.uint8)


class _Tiny(tfds.core.GeneratorBasedBuilder):
    VERSION = tfds.core.Version("1.0.0")
    SHAPE = (4, 6, 3)

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=self.SHAPE),
                    "kind": tfds.features.ClassLabel(names=["even", "odd"]),
                }
            ),
            supervised_keys=("image", "kind"),
        )

    def _split_generators(self, dl_manager):
        return {"train": self._examples(0, 10), "test": self._examples(10, 13)}

    def _examples(self, begin, end):
        for index in range(begin, end):
            yield index, {"image": self.image(index), "kind": index % 2}

    def _generate_examples(self):
        raise NotImplementedError

    def image(self, index):
        return tiny_image(index)


class KganTiny(_Tiny):
    """Images of one size."""


class KganTinyMixed(_Tiny):
    """Images of several sizes."""

    SHAPE = (None, None, 3)

    def image(self, index):
        return tiny_image(index, (4 + index % 3, 6))


class KganTinyWords(_Tiny):
    """No images."""

    def _info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict({"word": tfds.features.Text()}),
        )

    def _examples(self, begin, end):
        for index in range(begin, end):
            yield index, {"word": "word"}


class KganTinyBare(_Tiny):
    """Images without labels."""

    def _info(self):
        features = {"image": tfds.features.Image(shape=self.SHAPE)}
        return tfds.core.DatasetInfo(
            builder=self, features=tfds.features.FeaturesDict(features)
        )

    def _examples(self, begin, end):
        for index in range(begin, end):
            yield index, {"image": self.image(index)}


class KganTinyFar(_Tiny):
    """Never prepared."""

    url_infos = {"http://data.example/archive.zip": None}

    def _split_generators(self, dl_manager):
        raise AssertionError("this data must be fetched by hand\nand so on")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with the tiny data sets, prepared."""
    folder = tmp_path_factory.mktemp("tfds")
    tfds.disable_progress_bar()
    for builder in (KganTiny, KganTinyMixed, KganTinyWords, KganTinyBare):
        builder(data_dir=str(folder)).download_and_prepare()
    return folder


def by_value(source):
    return np.sort(source.read()[:, 0, 0, 0])


def test_images_and_labels(prepared):
    source = TFDSSource("kgan_tiny", data_dir=prepared)
    assert source.shape == (4, 6, 3)
    assert source.num_examples == 10
    assert source.num_classes == 2
    assert source.class_names == ("even", "odd")
    np.testing.assert_array_equal(by_value(source), np.arange(10))
    assert source.labels.dtype == np.int32
    np.testing.assert_array_equal(source.labels, source.read()[:, 0, 0, 0] % 2)


def test_the_environment_names_the_folder(prepared, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(prepared))
    assert TFDSSource("kgan_tiny", split="test").num_examples == 3


def test_the_identity_is_version_and_size_of_the_split(prepared, monkeypatch):
    monkeypatch.setattr(TFDSSource, "_column", None)  # nothing is read for it
    source = TFDSSource("kgan_tiny", split="train[:7]", data_dir=prepared)
    assert source.identity() == {
        "version": "kgan_tiny/1.0.0",
        "split": "train[:7]",
        "examples": 7,
        "shape": [4, 6, 3],
        "dtype": "uint8",
        "classes": ["even", "odd"],
    }


@pytest.mark.parametrize(
    ("split", "count"), [("test", 3), ("train[:4]", 4), ("train+test", 13)]
)
def test_splits(prepared, split, count):
    source = TFDSSource("kgan_tiny", split=split, data_dir=prepared)
    assert source.num_examples == count
    assert source.read().shape == (count, 4, 6, 3)
    assert source.labels.shape == (count,)


@pytest.mark.parametrize("split", ["valid", "train[", ""])
def test_unknown_splits_are_named(prepared, split):
    with pytest.raises(ValueError, match=r"must be one of \['test', 'train'\]"):
        TFDSSource("kgan_tiny", split=split, data_dir=prepared)


def test_an_empty_slice_is_refused(prepared):
    with pytest.raises(ValueError, match=r"'train\[:0\]', which is empty"):
        TFDSSource("kgan_tiny", split="train[:0]", data_dir=prepared)


def test_resizing(prepared):
    source = TFDSSource("kgan_tiny", image_size=(2, 2), data_dir=prepared)
    assert source.shape == (2, 2, 3)
    np.testing.assert_array_equal(by_value(source), np.arange(10))


def test_several_sizes_need_image_size(prepared):
    with pytest.raises(ValueError, match=r"image_size must be given.*several sizes"):
        TFDSSource("kgan_tiny_mixed", data_dir=prepared)
    source = TFDSSource("kgan_tiny_mixed", image_size=4, data_dir=prepared)
    np.testing.assert_array_equal(by_value(source), np.arange(10))


def test_no_labels(prepared):
    source = TFDSSource("kgan_tiny_bare", data_dir=prepared)
    assert source.num_classes is None
    assert source.labels is None


def test_no_images(prepared):
    with pytest.raises(ValueError, match=r"feature of 8-bit images.*\['word'\]"):
        TFDSSource("kgan_tiny_words", data_dir=prepared)


def test_no_images_is_seen_before_a_download(tmp_path, monkeypatch):
    monkeypatch.setattr(KganTinyWords, "download_and_prepare", None)
    with pytest.raises(ValueError, match="feature of 8-bit images"):
        TFDSSource("kgan_tiny_words", data_dir=tmp_path)


def test_beyond_the_memory_limit_a_file_holds_the_images(prepared, tmp_path):
    with pytest.raises(ValueError, match=r"takes 720 bytes, and memory_limit is 719"):
        TFDSSource("kgan_tiny", data_dir=prepared, memory_limit=719)
    source = TFDSSource(
        "kgan_tiny", data_dir=prepared, memory_limit=719, cache_dir=tmp_path
    )
    assert isinstance(source.array, np.memmap)
    np.testing.assert_array_equal(
        source.read(), TFDSSource("kgan_tiny", data_dir=prepared).read()
    )


def test_names(prepared):
    assert tfds_images.is_known("mnist")
    assert tfds_images.is_known("imagenet_resized/32x32")
    assert not tfds_images.is_known("mnits")
    assert "kgan_tiny" in tfds_images.prepared_names(prepared)
    assert tfds_images.prepared_names(prepared / "missing") == []


def test_data_without_code_is_read_from_its_files(prepared, tmp_path):
    whole = prepared / "kgan_tiny" / "1.0.0"
    copy = tmp_path / "somebodys" / "1.0.0"
    copy.mkdir(parents=True)
    for file in whole.iterdir():
        text = file.name.replace("kgan_tiny", "somebodys")
        content = file.read_bytes()
        if file.name == "dataset_info.json":
            content = content.replace(b"kgan_tiny", b"somebodys")
        (copy / text).write_bytes(content)
    assert tfds_images.is_known("somebodys", tmp_path)
    assert TFDSSource("somebodys", data_dir=tmp_path).read().shape == (10, 4, 6, 3)


def test_what_cannot_be_reached_says_so_at_once(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        reach, "unreachable_hosts", lambda urls: asked.extend(urls) or ["data.example"]
    )
    begin = time.monotonic()
    message = (
        r"kgan_tiny_far is not prepared in .*cannot reach data\.example.*--data_dir "
        r".*TFDS_DATA_DIR"
    )
    with pytest.raises(ValueError, match=message):
        TFDSSource("kgan_tiny_far", data_dir=tmp_path)
    assert time.monotonic() - begin < 3
    assert asked == ["http://data.example/archive.zip"]
    assert list(tmp_path.rglob("*")) == []


def test_what_fails_to_prepare_gives_its_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(reach, "unreachable_hosts", lambda urls: [])
    with pytest.raises(ValueError, match=r"\(this data must be fetched by hand\): --d"):
        TFDSSource("kgan_tiny_far", data_dir=tmp_path)
    assert not list(tmp_path.rglob("*incomplete*"))


def test_what_can_be_prepared_is_prepared(tmp_path, monkeypatch):
    monkeypatch.setattr(reach, "unreachable_hosts", lambda urls: [])
    assert TFDSSource("kgan_tiny", data_dir=tmp_path).num_examples == 10
    monkeypatch.setattr(KganTiny, "download_and_prepare", None)
    assert TFDSSource("kgan_tiny", data_dir=tmp_path).num_examples == 10


def test_a_wrong_configuration_is_named(tmp_path):
    with pytest.raises(
        ValueError, match=r"Expected a TFDS data set\. Received: 'mnist/"
    ):
        TFDSSource("mnist/nonsense", data_dir=tmp_path)


def test_real_mnist(real_tfds):
    source = TFDSSource("mnist", split="test[:500]", data_dir=real_tfds)
    images = source.read()
    assert images.shape == (500, 28, 28, 1)
    assert (images.min(), images.max()) == (0, 255)
    # Handwriting is mostly background: about 13% of its ink in mean.
    assert 25 < images.mean() < 42
    assert np.bincount(source.labels, minlength=10).min() > 20
