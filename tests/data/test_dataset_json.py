import json
import logging
import shutil
import zipfile

import numpy as np
import pytest

import kgan.data
from kgan.data import archive, dataset_json
from kgan.data.folder import FolderSource, scan_folder

FILES = [f"{i // 2:05d}/img{i:08d}.png" for i in range(6)]


def told(labels):
    """The text of a `dataset.json` with these labels, in another order than files."""
    return json.dumps({"labels": [*zip(FILES, labels, strict=True)][::-1]})


@pytest.fixture
def data_set(tmp_path, picture):
    """A function that writes a StyleGAN data set as a folder or ZIP."""

    def write(text, kind="folder", top=""):
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        for file in FILES:
            picture(f"folder/{top}{file}")
        if text is not None:
            (folder / f"{top}dataset.json").write_text(text)
        if kind == "folder":
            return folder
        shutil.make_archive(folder, "zip", folder)
        return folder.with_suffix(".zip")

    return write


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("top", ["", "mine/"])
def test_integers_are_classes_and_chunks_are_not(data_set, kind, top, caplog):
    path = data_set(told([2, 0, 1, 1, 0, 2]), kind, top)
    with caplog.at_level(logging.WARNING):
        source = FolderSource(path)
    assert source.num_classes == 3
    assert source.class_names is None
    assert source.labels.dtype == np.int32
    assert source.labels.tolist() == [2, 0, 1, 1, 0, 2]
    assert source.files[0] == f"{top}{FILES[0]}"
    assert caplog.text == ""


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_null_is_without_labels(data_set, kind, caplog):
    source = FolderSource(data_set('{"labels": null}', kind))
    assert source.num_classes is None
    assert source.labels is source.conditions is source.class_names is None
    assert source.num_examples == 6
    assert caplog.text == ""


def test_lists_are_vectors_that_batches_have(data_set):
    vectors = [[i / 2, -i, 1] for i in range(6)]
    source = kgan.data.source(str(data_set(told(vectors), "zip")))
    assert source.condition_size == 3
    assert source.num_classes is source.labels is None
    np.testing.assert_array_equal(source.conditions, np.array(vectors, np.float32))
    for limit in (2**20, 0):
        source = FolderSource(source.archive.path, memory_limit=limit)
        images, given = next(iter(kgan.data.load(source, 4, with_labels=True)))
        assert images.shape == (4, 6, 8, 3)
        pixels = np.round((images.numpy() + 1) * 127.5).astype(np.uint8)
        for image, vector in zip(pixels, given.numpy(), strict=True):
            (index,) = np.flatnonzero((source.read() == image).all((1, 2, 3)))
            np.testing.assert_array_equal(vector, vectors[index])


def test_without_the_file_numbered_folders_are_classes(data_set):
    assert FolderSource(data_set(None)).class_names == ("00000", "00001", "00002")


def test_another_file_of_that_name_is_no_labels(data_set, caplog):
    source = FolderSource(data_set('{"images": []}', top="mine/"))
    assert source.class_names == ("mine",)
    assert "mine/dataset.json (no StyleGAN data set's: it has no `labels`" in (
        caplog.text
    )


def test_a_mapping_and_backslashes_are_read(data_set):
    labels = {file.replace("/", "\\"): 3.0 for file in FILES}
    source = FolderSource(data_set(json.dumps({"labels": labels})))
    assert source.labels.tolist() == [3] * 6


def test_gaps_and_other_files_are_said(data_set, caplog):
    text = json.loads(told([0, 5, 0, 5, 0, 9]))
    text["labels"].append(["gone.png", 3])
    source = FolderSource(data_set(json.dumps(text)))
    assert source.num_classes == 10
    assert "labels in dataset.json without an image: 1" in caplog.text
    assert "7 of 10 classes have no image (1, 2, 3, ...)" in caplog.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"dataset\.json must be the JSON of a StyleGAN data set.*Expecting"),
        ("[" * 100_000, "must be the JSON of a StyleGAN data set"),
        ('{"labels": 3}', r"must be null or a list of pairs.*Received: 3"),
        ('{"labels": [["a.png"]]}', r"list of pairs.*Received: \[\"a.png\"\]"),
        (
            '{"labels": [["00000/img00000000.png", 1]]}',
            r"a label for each image.*none for 5 of 6 images \(00000/img00000001",
        ),
        (told([1, None, 1, 1, 1, 1]), "none for 1 of 6 images"),
        (told([-1, 0, 0, 0, 0, 0]), "a class from 0 on or a list of numbers.*: -1"),
        (told([0, 0.5, 0, 0, 0, 0]), r"img00000001.* must be a class\..*: 0\.5"),
        (told([2**31] * 6), "a class from 0 on"),
        (told(["cat"] * 6), '"cat"'),
        (told([True] * 6), "Received: true"),
        (told([0, [1], 0, 0, 0, 0]), r"must be a class\. Received: \[1\]"),
        (told([[1], 1, [1], [1], [1], [1]]), "must be a list of numbers as long.*: 1"),
        (told([[1], [1, 2], [1], [1], [1], [1]]), r"as long as that of 00000/img0"),
        (told([[]] * 6), r"Received: \[\]"),
        (told([[1, "a"]] * 6), "a list of numbers"),
        (told([[float("nan")]] * 6), "NaN"),
        (told([[1e300]] * 6), r"1e\+300"),
        (
            json.dumps({"labels": [*((file, 1) for file in FILES), (FILES[0], 2)]}),
            "one label for 00000/img00000000.png. Received: two",
        ),
    ],
)
def test_wrong_labels_are_refused_in_a_sentence(data_set, text, message):
    path = data_set(text)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        scan_folder(path)


def test_labels_are_part_of_what_the_data_are(data_set):
    path = data_set(told([0, 1, 0, 1, 0, 1]))
    before = FolderSource(path)
    packed = shutil.make_archive(path, "zip", path.parent, path.name)
    assert before.identity() == FolderSource(packed).identity()
    after = FolderSource(data_set(told([0, 1, 0, 1, 1, 1])))
    assert before.identity()["labels"] != after.identity()["labels"]
    assert before.fingerprint() != after.fingerprint()
    scans = [FolderSource(data_set(told([i] * 6)), memory_limit=0) for i in (1, 2)]
    assert scans[0].fingerprint() != scans[1].fingerprint()


def test_files_are_read_where_they_lie(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("dataset.json", b"\xef\xbb\xbf" + b'{"labels": [["x", [1]]]}')
    found = dataset_json.read(archive.Zip(tmp_path / "a.zip"), "dataset.json", ["x"])
    np.testing.assert_array_equal(found.conditions, [[1.0]])


def test_names_of_classes_are_written_and_read(data_set):
    labels = dict(zip(FILES, [0, 1, 0, 1, 0, 1], strict=True))
    folder = data_set(dataset_json.text(labels, ("cat", "dog", "eel")))
    source = FolderSource(folder)
    assert source.labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert (source.class_names, source.num_classes) == (("cat", "dog", "eel"), 3)
    assert json.loads(dataset_json.text(None)) == {"labels": None}
    for names in (["cat"], "cat", [1, 2]):
        content = {"labels": [*labels.items()], "class_names": names}
        (folder / "dataset.json").write_text(json.dumps(content))
        with pytest.raises(ValueError, match=r"a list of texts, .* at least 2"):
            FolderSource(folder)
