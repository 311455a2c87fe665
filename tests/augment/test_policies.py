import numpy as np
import pytest

from kgan.augment import policies

KNOWN = ("color", "translation", "cutout")


@pytest.mark.parametrize(
    "policy", ["color, cutout", ["color", "cutout"], ("color", "cutout")]
)
def test_names_of_a_text_and_of_a_list(policy):
    assert policies.read_names(policy, KNOWN) == ("color", "cutout")
    assert policies.read_shares(policy, KNOWN) == {"color": 1.0, "cutout": 1.0}


def test_shares_of_a_dictionary():
    shares = policies.read_shares({"cutout": np.float32(0.5), "color": 1}, KNOWN)
    assert shares == {"cutout": 0.5, "color": 1.0}
    assert list(shares) == ["cutout", "color"]
    assert all(type(share) is float for share in shares.values())


def test_unknown_name_gets_the_nearest():
    with pytest.raises(ValueError, match=r"Did you mean 'color'\?.*'colour'\."):
        policies.read_names("colour", KNOWN)


@pytest.mark.parametrize("policy", [[], None, 3, "color,color", [["color"]], [3]])
def test_no_policy(policy):
    with pytest.raises(ValueError, match="`policy` must name transformations"):
        policies.read_names(policy, KNOWN)


@pytest.mark.parametrize("share", [-0.1, 1.5, "half", True, float("nan")])
def test_share_out_of_range(share):
    with pytest.raises(ValueError, match=r"`policy\['color'\]` must be a number in"):
        policies.read_shares({"color": share}, KNOWN)
