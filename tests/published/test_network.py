import gzip
import os
import pathlib
import pickle
import zipfile

import numpy as np
import pickles
import pytest
from pickles import Call, Global

from kgan.published import network
from kgan.published.unpickler import Refused

FIXTURE = pathlib.Path(__file__).parents[3] / "shared/fixtures/stylegan2/tiny.pkl"
ONES = pickles.tensor(np.ones((2, 3), "f4"), parameter=True)


def read(path, value):
    path.write_bytes(value if isinstance(value, bytes) else pickles.dumps(value))
    return network.read(path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "network.pkl"


def test_a_network_is_read(path):
    parameters = {"w": ONES, "b4.conv.weight": ONES, "b4.bias": None}
    options = {"mapping_kwargs": pickles.easy({"num_layers": 2})}
    generator = pickles.network(
        "Generator", parameters, {"b4.conv.noise": ONES}, (512, 0, 512, 64, 3), options
    )
    found = read(path, {"G_ema": generator, "augment_pipe": None, "other": 1})
    assert found.keys() == {"G_ema"}
    found = found["G_ema"]
    assert found.class_name == "Generator"
    assert found.arguments == (512, 0, 512, 64, 3)
    assert found.options == {"mapping_kwargs": {"num_layers": 2}}
    assert found.tensors.keys() == {"w", "b4.conv.weight", "b4.conv.noise"}
    assert found.modules == {"b4", "b4.conv"}
    np.testing.assert_array_equal(
        found.tensors["b4.conv.weight"].array, np.ones((2, 3))
    )


def _modules(value):
    state = {"_parameters": {}, "_buffers": {}, "_modules": value}
    return pickles.persistent("Module", state)


def _of_one_another():
    inner = Call(Global("collections", "OrderedDict"), ())
    inner.items = {"a": _modules(inner)}
    return _modules(inner)


def _aliased():
    inner = _modules({})
    return _modules({"a": inner, "b": inner})


def _sharing(kind, held):
    shared = pickles.ordered(held)
    state = {kind: shared}
    inner = {name: pickles.persistent("Module", dict(state)) for name in "ab"}
    return _modules(inner)


def _doubling():
    found = _modules({})
    for _ in range(15):
        found = _modules({name: found for name in "abcd"})
    return found


class Odd:
    pass


FILES = {
    "an empty file": b"",
    "a file that is no pickle": b"\x89PNG....",
    "a gzipped file: unpack it first": gzip.compress(pickles.dumps({})),
    "a damaged ZIP archive": b"PK\x03\x04....",
    "cut off: 1 bytes must follow byte 15, and 0 do": pickles.dumps({"G": 1})[:-1],
    "of a tuple, and not of G": (1, 2, 3),
    "of a Generator, and not of G": pickles.network("Generator"),
    "dnnlib.tflib.Odd, which is not among": Global("dnnlib.tflib", "Odd"),
    "whose b4.w is no tensor": {"G": pickles.network("Generator", {"b4.w": 1})},
    "hold each other": {"G": _of_one_another()},
    "modules hold each other": {"G": _doubling()},
    "hold each other, or the same": {"G": _aliased()},
    "a name of more than 100 letters": {"G": pickles.network("G", {"w" * 101: ONES})},
    "of more than 100 letters": {"G": _modules({"m" * 60: _modules({"n" * 40: 1})})},
    "which is not among the names that are read": pickle.dumps(Odd()),
    "of the TensorFlow releases": pickles.dumps(
        Call(Global("dnnlib.tflib.network", "Network"), (), {"a": 1}, opcode=b"\x81")
    ),
    "a checkpoint of torch.save": pickles.torch_file({"a": ONES}, {}),
    "rosinality": pickles.torch_file({"g_ema": {}, "latent_avg": {}}, {}),
}


@pytest.mark.parametrize("reason", FILES)
def test_other_files_are_refused_by_what_they_are(path, reason):
    with pytest.raises(Refused, match=reason):
        read(path, FILES[reason])


@pytest.mark.parametrize("kind", ["_parameters", "_buffers", "_modules"])
def test_modules_hold_nothing_together(path, kind):
    with pytest.raises(Refused, match="hold each other, or the same"):
        read(path, {"G": _sharing(kind, {"w": None})})


def test_tensors_that_share_their_numbers_are_no_larger_than_the_file(path):
    shared = pickles.storage(np.ones(1000, "f4"))
    parameters = {
        f"w{n}": pickles.tensor(np.ones(1000, "f4"), shared) for n in range(300)
    }
    found = {"D": pickles.network("Discriminator", parameters)}
    with pytest.raises(Refused, match=r"bytes whose D has 300,000 weights"):
        read(path, found)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ({"config.json": b""}, "a ZIP archive"),
        ({"archive/data.pkl": b"abc"}, "a checkpoint of torch.save"),
        ({"archive/data.pkl": b"g_ema, latent_avg"}, "rosinality"),
    ],
)
def test_archives_are_refused_by_what_they_are(path, names, reason):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    with pytest.raises(Refused, match=reason):
        network.read(path)


def test_folders_and_missing_files_are_refused(tmp_path):
    with pytest.raises(Refused, match="a folder"):
        network.read(tmp_path)
    reason = r"`path` must be a pickle of networks\. Received: .*none\.pkl, and there"
    with pytest.raises(FileNotFoundError, match=reason):
        network.read(tmp_path / "none.pkl")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are files elsewhere")
def test_pipes_and_devices_are_not_waited_for(path):
    os.mkfifo(path)
    for other in (path, pathlib.Path(os.devnull)):
        with pytest.raises(Refused, match="a pipe or a device"):
            network.read(other)


@pytest.mark.parametrize(
    "meta",
    [{}, {"class_name": 1, "state": {}}, {"class_name": "G", "state": 1}, 1],
)
def test_other_objects_are_refused(path, meta):
    name = Global("torch_utils.persistence", "_reconstruct_persistent_obj")
    with pytest.raises(Refused, match="Error"):
        read(path, {"G": Call(name, (meta,))})


@pytest.mark.parametrize("kind", ["_parameters", "_buffers", "_modules"])
def test_a_state_of_another_form_is_refused(path, kind):
    with pytest.raises(Refused, match="AttributeError"):
        read(path, {"G": pickles.persistent("Generator", {kind: 1})})


@pytest.mark.skipif(not FIXTURE.exists(), reason="the shared fixture is not there")
def test_the_fixture_is_read():
    found = network.read(FIXTURE)
    assert {name: n.class_name for name, n in found.items()} == {
        **dict.fromkeys(("G", "G_ema"), "Generator"),
        "D": "Discriminator",
    }
    assert found["D"].arguments == (3, 16, 3)
    assert found["G"].tensors["synthesis.b16.conv0.weight"].shape == (8, 8, 3, 3)
    assert found["G"].modules >= {"mapping.fc1", "synthesis.b4.torgb.affine"}
