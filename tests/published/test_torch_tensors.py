import io
import zipfile

import numpy as np
import pickles
import pytest
import tensorflow as tf
from pickles import Call, Global

from kgan.published import torch_tensors, unpickler
from kgan.published.unpickler import Refused, Source

VALUES = np.arange(24, dtype="f4").reshape(2, 3, 4)


def load(value):
    return unpickler.load(Source(pickles.dumps(value)), torch_tensors.NAMES)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i8", "u1"])
def test_numbers_of_each_type(dtype):
    found = load(pickles.tensor(VALUES.astype(dtype))).array
    np.testing.assert_array_equal(found, VALUES.astype(dtype))
    assert found.dtype == dtype


def test_bfloat16():
    values = VALUES.ravel().astype(tf.bfloat16.as_numpy_dtype)
    kind = pickles.storage_id("BFloat16", "k", 24)
    data = pickles.torch_file(kind, {"k": (24, values.tobytes())})
    bytes_ = Call(Global("torch.storage", "_load_from_bytes"), (data,))
    found = load(pickles.tensor(VALUES, shared=bytes_)).array
    np.testing.assert_array_equal(found.astype("f4"), VALUES)


def test_strides_are_honoured():
    # As weights of float16 with their channels last, which NVIDIA's are.
    values = VALUES.astype("f2")[None].transpose(0, 3, 1, 2)
    assert not values.flags.c_contiguous
    np.testing.assert_array_equal(load(pickles.tensor(values)).array, values)


def test_storages_are_shared():
    storage = pickles.storage(VALUES)
    first, last = (
        pickles.tensor(part, storage, offset)
        for part, offset in ((VALUES[:, :, ::2], 0), (VALUES[1:, :, 1], 13))
    )
    found = load([first, pickles.Call(last.function, last.arguments)])
    np.testing.assert_array_equal(found[0].array, VALUES[:, :, ::2])
    np.testing.assert_array_equal(found[1].array, VALUES[1:, :, 1])
    assert found[0].storage is found[1].storage


def test_numbers_parameters_and_nothing():
    for values in (np.float32(0.3), np.zeros((0, 3), "f4"), np.ones((1,), "f4")):
        found = load(pickles.tensor(values, parameter=True)).array
        np.testing.assert_array_equal(found, values)
        assert found.shape == values.shape


def test_values_are_views_of_the_file_that_cannot_be_written_to():
    values = np.ones(1000, "f4")
    data = pickles.dumps(pickles.tensor(values))
    found = unpickler.load(Source(data), torch_tensors.NAMES).array
    assert not found.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 2.0


@pytest.mark.parametrize(
    ("count", "announced"), [(24, 25), (25, 24), (2**40, 24), (24, 2**40), (23, 23)]
)
def test_a_storage_whose_length_lies_is_refused(count, announced):
    storage = pickles.storage(VALUES, count, announced)
    reason = "storage of" if count != announced else "beyond the 23 values"
    with pytest.raises(Refused, match=reason):
        load(pickles.tensor(VALUES, storage))


def test_a_storage_that_claims_more_than_there_is_is_refused():
    storage = pickles.storage(VALUES, 2**40, 2**40)
    with pytest.raises(
        Refused, match=r"4,398,046,511,104 bytes must follow byte .*, and 96 do"
    ):
        load(pickles.tensor(VALUES, storage))


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [
        (0, (25,), (1,)),
        (1, (24,), (1,)),
        (0, (2, 3), (24, 1)),
        (0, (2**40, 2**40), (0, 0)),
        (2**70, (1,), (1,)),
        (0, (0, 2**70), (1, 1)),
        (0, (1,), (2**70,)),
        (0, (0, 2), (2**48, 1)),
    ],
)
def test_a_tensor_beyond_its_storage_is_refused(offset, size, stride):
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    with pytest.raises(Refused, match="beyond the 24 values of its storage"):
        load(Call(rebuild, (pickles.storage(VALUES), offset, size, stride)))


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [
        (-1, (1,), (1,)),
        (0, (2,), (-1,)),
        (0, (2,), ()),
        (0, "ab", (1, 1)),
        (0.0, (2,), (1,)),
        (0, 3, 1),
        (0, (True,), (1,)),
        (0, (1,) * 65, (1,) * 65),
    ],
)
def test_other_arguments_of_a_tensor_are_refused(offset, size, stride):
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    with pytest.raises(Refused, match="TypeError"):
        load(Call(rebuild, (pickles.storage(VALUES), offset, size, stride)))


def test_a_file_of_its_own_is_read_alike():
    # A dictionary of tensors, whose values stand behind it.
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    state = {
        name: Call(rebuild, (pickles.storage_id("Float", key, 24), 0, (24,), (1,)))
        for name, key in (("a", "1"), ("b", "2"), ("c", "1"))
    }
    state = Call(
        Global("collections", "OrderedDict"), (), {"_metadata": {}}, items=state
    )
    data = {"1": (24, VALUES.tobytes()), "2": (24, (2 * VALUES).tobytes())}
    file = pickles.torch_file(state, data)
    assert file.startswith(torch_tensors.START)
    found = torch_tensors.load_file(Source(file))
    np.testing.assert_array_equal(found["b"].array, 2 * VALUES.ravel())
    assert found["a"].storage is found["c"].storage


def _file(**changed):
    parts = {"magic": pickles.MAGIC, "version": 1001, "facts": {"little_endian": True}}
    parts |= {"value": pickles.storage_id("Float", "k", 0), "keys": ["k"]} | changed
    return b"".join(pickles.dumps(part, 2) for part in parts.values())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"magic": 1}, "another form"),
        ({"version": 1002}, "another form"),
        ({"facts": {"little_endian": False}}, "another form"),
        ({"keys": []}, "no values"),
        ({"keys": ["k", "l"]}, "KeyError"),
        ({"keys": [()]}, "TypeError"),
        ({"facts": 3}, "AttributeError"),
        ({"value": pickles.Identified(("module", 1))}, "ValueError|TypeError"),
        ({"value": pickles.storage_id("Float", "k", -1)}, "TypeError"),
        ({"value": pickles.storage_id("Float", "k", 0, ("v", 0, 1))}, "TypeError"),
        ({"value": pickles.storage_id("Odd", "k", 0)}, "names torch.OddStorage"),
    ],
)
def test_files_of_another_form_are_refused(changed, reason):
    data = _file(**changed) + bytes(8)
    with pytest.raises(Refused, match=reason):
        load(Call(Global("torch.storage", "_load_from_bytes"), (data,)))


def test_a_file_in_a_file_holds_no_other():
    load_ = Global("torch.storage", "_load_from_bytes")
    inner = pickles.torch_file(0, {})
    assert load(Call(load_, (inner,))) == 0
    outer = pickles.torch_file([Call(load_, (inner,))], {})
    with pytest.raises(Refused, match=r"names torch\.storage\._load_from_bytes"):
        load(Call(load_, (outer,)))


def test_files_within_files_do_not_end_the_interpreter():
    bytes_ = b"x"
    for _ in range(400):
        within = Call(Global("torch.storage", "_load_from_bytes"), (bytes_,))
        bytes_ = pickles.torch_file(within, {})
    with pytest.raises(Refused):
        load(within)


# === Archives, of the newer `torch.save` ===


def _archived(**changed):
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    shared = pickles.storage_id("Float", "0", 24, old=False)
    state = pickles.ordered({"a": Call(rebuild, (shared, 0, (2, 3, 4), (12, 4, 1)))})
    storages = {"0": (24, VALUES.tobytes())}
    return pickles.torch_archive(state, storages, **changed)


def load_archive(data, size=None):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return torch_tensors.load_archive(archive, len(data) if size is None else size)


def test_an_archive_is_read_alike():
    found = load_archive(_archived())
    np.testing.assert_array_equal(found["a"].array, VALUES)
    # Older ones say nothing of the order of bytes, and have any folder.
    older = _archived(byteorder=None, folder="archive/within")
    np.testing.assert_array_equal(load_archive(older)["a"].array, VALUES)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"data/0": None}, r"archive of torch\.save without data/0"),
        ({"data/0": bytes(95)}, "storage of 24 values, of which it holds 95 bytes"),
        ({"data/0": bytes(97)}, "storage of 24 values, of which it holds 97 bytes"),
        ({"byteorder": b"big"}, "not little-endian"),
        ({"data.pkl": None}, r"a ZIP archive, and none of `torch\.save`"),
        ({"code/data.pkl": b""}, r"a ZIP archive, and none of `torch\.save`"),
        ({"data.pkl": b"\x80\x02"}, "cut off"),
        ({"data.pkl": pickles.dumps(Global("os", "system"))}, r"names os\.system"),
    ],
)
def test_other_archives_are_refused(changed, reason):
    with pytest.raises(Refused, match=reason):
        load_archive(_archived(**changed))


def test_archives_that_unpack_to_more_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", pickles.dumps({}))
    with pytest.raises(Refused, match="a compressed ZIP archive"):
        load_archive(file.getvalue())
    with pytest.raises(Refused, match="parts are larger than the whole"):
        load_archive(_archived(), size=100)
