import json
import re
import uuid

import numpy as np
import pytest

from kgan.data.tables import templates

INDEX = np.arange(5000)


def _made(keys, seed=0, rounded=False, index=INDEX):
    """New keys, checked to be new and different, and to follow from config."""
    learnt = templates.learn(keys, rounded, 10)
    config = json.loads(json.dumps(learnt.get_config()))
    made = templates.from_config(config).make(index, seed)
    np.testing.assert_array_equal(made, learnt.make(index, seed))
    assert len(set(made)) == len(made)
    assert not set(made) & set(keys)
    assert not set(keys) & set(map(str, config.values()))
    return list(made)


def test_a_number_counts_on():
    keys = [f"order-{i:05d}/a" for i in range(10, 200)]
    assert _made(keys)[:2] == ["order-00200/a", "order-00201/a"]
    assert _made([f"user{i}" for i in range(1, 150)])[:1] == ["user150"]
    assert _made([f"{i:03d}" for i in range(900, 1000)])[:2] == ["1000", "1001"]
    assert _made([str(i * 7) for i in range(100)])[0] == "694"


def test_a_number_begins_at_a_round_one_with_privacy():
    keys = [f"order-{i:05d}" for i in range(10, 213)]
    assert _made(keys, rounded=True)[0] == "order-00300"
    assert templates.after(1999, True) == 2000
    assert templates.after(0, True) == 1
    assert templates.after(1234, False) == 1235


def test_the_most_frequent_beginning_is_kept():
    keys = [f"2023-{i}" for i in range(90)] + [f"1999-{i}" for i in range(95, 120)]
    assert _made(keys)[0] == "2023-120"


def test_uuids_are_drawn():
    random = np.random.default_rng(0)
    keys = [str(uuid.UUID(bytes=random.bytes(16), version=4)) for _ in range(200)]
    made = _made(keys)
    for key in made[:100]:
        assert str(uuid.UUID(key)) == key
        assert uuid.UUID(key).version == 4
        assert uuid.UUID(key).variant == uuid.RFC_4122
    assert made != _made(keys, seed=1)
    some = _made(keys, index=np.asarray([17, 4, 2**40]))
    assert some[:2] == [made[17], made[4]]
    # Each digit is as frequent as another.
    counts = np.unique(list("".join(key[:8] for key in made)), return_counts=True)[1]
    assert counts.min() > 0.9 * counts.mean()


@pytest.mark.parametrize("letters", ["0123456789abcdef", "0123456789ABCDEF"])
def test_hexadecimal_keys_stay_so(letters):
    random = np.random.default_rng(0)
    keys = ["".join(random.choice(list(letters), 32)) for _ in range(100)]
    assert all(re.fullmatch(f"[{letters}]{{32}}", key) for key in _made(keys))


def test_small_spaces_are_counted_and_grow():
    keys = [f"{a}-{b}{c}" for a in "ABC" for b in "XYZ" for c in range(10)]
    made = _made(keys, index=np.arange(20_000))
    assert all(re.fullmatch("[A-Z]+-[A-Z][0-9]", key) for key in made)
    assert made[:2] == ["D-A0", "D-A1"]
    assert {len(key) for key in made} == {4, 5}


def test_other_words_are_longer_than_the_old_ones():
    random = np.random.default_rng(0)
    keys = list({"".join(random.choice(list("abcdef"), n % 9 + 3)) for n in range(99)})
    made = _made(keys)
    assert {len(key) for key in made} == {12}
    assert all(key.islower() for key in made)


def test_mixing_is_a_permutation():
    numbers = np.arange(100_000, dtype=np.uint64)
    mixed = templates.mixed(numbers, 3)
    assert len(np.unique(mixed)) == len(numbers)
    assert not np.array_equal(mixed, templates.mixed(numbers, 4))
    bits = (mixed[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    assert np.abs(bits.mean(0) - 0.5).max() < 0.01
