import re

import pytest

from kgan.losses import regularizers, term


def test_names():
    assert regularizers.names() == (
        *("consistency", "drift", "latent_consistency", "lecam", "orthogonal"),
        "weight_clipping",
    )


@pytest.mark.parametrize("name", regularizers.names())
def test_every_regularizer_is_found_and_restored(name):
    found = regularizers.get(name)
    assert isinstance(found, term.Term)
    assert found.kind == name
    assert found.name == name
    assert regularizers.get(found) is found
    assert type(found).from_config(found.get_config()).get_config() == (
        found.get_config()
    )


def test_get_takes_dictionaries():
    description = {"name": "lecam", "weight": 0.1, "decay": 0.9}
    found = regularizers.get(description)
    assert type(found) is regularizers.LeCam
    assert (found.weight, found.decay) == (0.1, 0.9)
    assert description == {"name": "lecam", "weight": 0.1, "decay": 0.9}


@pytest.mark.parametrize("received", ["le_cam", {"name": "le_cam", "weight": 1.0}])
def test_unknown_name_lists_all_and_the_nearest(received):
    with pytest.raises(ValueError, match="Did you mean 'lecam'") as caught:
        regularizers.get(received)
    for name in regularizers.names():
        assert name in str(caught.value)


@pytest.mark.parametrize("received", [None, 10.0, {}, regularizers.LeCam])
def test_what_is_no_regularizer_is_named(received):
    with pytest.raises(ValueError, match=re.escape(repr(received))):
        regularizers.get(received)


@pytest.mark.parametrize("name", sorted({*regularizers.names()} - {"weight_clipping"}))
def test_weight_is_no_negative_number(name):
    with pytest.raises(ValueError, match=r"`weight` must be .* Received: -1"):
        regularizers.get({"name": name, "weight": -1})
