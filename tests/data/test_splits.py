import hashlib

import numpy as np
import pytest

from kgan.data import splits

KEYS = [f"{number:04}" for number in range(2000)]


def test_a_key_is_held_out_by_its_hash():
    for key in ("1F600", "é", "cats/1"):
        value = int(hashlib.sha256(key.encode("utf-8")).hexdigest()[:16], 16) / 2**64
        assert splits.is_held_out(key, value + 1e-9)
        assert not splits.is_held_out(key, value - 1e-9)


def test_known_keys_stay_where_they_are():
    # Runs of other versions have trained on those that these leave.
    test = ["0004", "0008", "0010", "0013", "0014", "0025", "0033", "0043", "0054"]
    assert list(splits.select(KEYS[:60], "test", 0.1)) == test


def test_the_share_is_met_and_larger_shares_hold_out_more():
    held = [set(splits.select(KEYS, "test", share)) for share in (0.1, 0.2, 0.5)]
    assert held[0] < held[1] < held[2]
    for keys, share in zip(held, (0.1, 0.2, 0.5), strict=True):
        deviation = np.sqrt(share * (1 - share) / len(KEYS))
        assert abs(len(keys) / len(KEYS) - share) < 4 * deviation


def test_train_and_test_part_all_and_keep_the_order():
    train = splits.select(KEYS, "train", 0.1)
    test = splits.select(KEYS, "test", 0.1)
    assert sorted(train + test) == KEYS == list(splits.select(KEYS, "all", 0.1))
    assert list(train) == sorted(train)
    assert splits.select(KEYS[::-1], "test", 0.1) == test[::-1]


def test_more_keys_move_none():
    few = splits.select(KEYS[::3], "test", 0.1)
    assert set(few) == set(splits.select(KEYS, "test", 0.1)) & set(KEYS[::3])


def test_no_share_leaves_all_to_train():
    assert splits.select(KEYS, "train", 0.0) == tuple(KEYS)
    with pytest.raises(ValueError, match=r"Received: 0 with split='test'.* 0 of 2000"):
        splits.select(KEYS, "test", 0.0)


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize(("share", "count"), [(0.001, 0), (0.999, 5)])
def test_an_empty_side(split, share, count):
    message = rf"held_out must leave .*: {share} with split='{split}'.* {count} of 5 ex"
    with pytest.raises(ValueError, match=message):
        splits.select(KEYS[:5], split, share)
    assert splits.select(KEYS[:5], "all", share) == tuple(KEYS[:5])


def test_an_unknown_split():
    with pytest.raises(ValueError, match=r"one of train, test, all. Received: 'val'"):
        splits.select(KEYS, "val", 0.1)


def test_shares():
    assert splits.share("held_out", 0) == 0.0
    assert splits.share("held_out", np.float32(0.5)) == 0.5
    for value in (1, -0.1, True, "0.1", None, np.nan, [0.1]):
        with pytest.raises(ValueError, match=r"held_out must be a number in \[0, 1\)"):
            splits.share("held_out", value)


def test_groups_are_held_out_whole():
    test = splits.select(KEYS, "test", 0.1, lambda key: key[:3])
    assert {key[:3] for key in test} == {
        key for key in {k[:3] for k in KEYS} if splits.is_held_out(key, 0.1)
    }
    assert len(test) == 10 * len({key[:3] for key in test})


def test_parts_that_are_named():
    assert splits.part(KEYS[:3], "test", {"0001"}, "x") == ("0001",)
    assert splits.part(KEYS[:3], "train", {"0001"}, "x") == ("0000", "0002")
    assert splits.part(KEYS[:3], "all", set(), "x") == ("0000", "0001", "0002")
    assert splits.part(KEYS[:3], "train", set(), "x", train_alone=True)
    with pytest.raises(ValueError, match=r"Received: x with .* 0 of 3 sources"):
        splits.part(KEYS[:3], "train", set(), "x", "sources")
