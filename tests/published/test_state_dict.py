import gzip

import numpy as np
import pickles
import published_translators as theirs
import pytest

from kgan.published import state_dict
from kgan.published.unpickler import Refused

VALUES = {"a.weight": np.arange(6.0).reshape(2, 3), "a.count": np.array(3)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.pth"


def read(path, data):
    path.write_bytes(data)
    return state_dict.read(path)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_weights_are_read_by_name(path, old, prefix):
    found = read(path, theirs.written(VALUES, old, prefix))
    assert found.keys() == VALUES.keys()
    for name, values in VALUES.items():
        np.testing.assert_array_equal(found[name].array, values)


def _module():
    name = pickles.Global("models.networks", "UnetGenerator")
    return pickles.torch_archive(pickles.Call(name, ()), {})


def _shared():
    storage = pickles.storage_id("Float", "0", 1000)
    items = {str(n): pickles.tensor(np.ones(1000, "f4"), storage) for n in range(300)}
    return pickles.torch_file(items, {"0": (1000, bytes(4000))})


OTHERS = {
    "an empty file": b"",
    "has not written": b"\x89PNG....",
    "not written": gzip.compress(b"x"),
    "a damaged ZIP archive": theirs.written(VALUES)[:-30],
    "must follow": theirs.written(VALUES, old=True)[:-4],
    r"names models\.networks\.UnetGenerator, which is not": _module(),
    "and not of weights": pickles.torch_archive(3, {}),
    "not of weights by": pickles.torch_file({}, {}),
    "with more than weights: epoch is a int": pickles.torch_file({"epoch": 3}, {}),
    r"more than weights: 5 is a str": pickles.torch_file({5: "a"}, {}),
    "bytes with 300,000 weights": _shared(),
}


@pytest.mark.parametrize("reason", OTHERS)
def test_other_files_are_refused_by_what_they_are(path, reason):
    with pytest.raises(Refused, match=reason):
        read(path, OTHERS[reason])


def test_damaged_archives_are_refused(path):
    data = bytearray(theirs.written(VALUES))
    place = data.index(np.float32(5.0).tobytes())
    data[place] ^= 1
    with pytest.raises(Refused, match="a damaged ZIP archive"):
        read(path, bytes(data))


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="a file of weights"):
        state_dict.read(tmp_path / "none.pth")
    with pytest.raises(Refused, match="a folder"):
        state_dict.read(tmp_path)
