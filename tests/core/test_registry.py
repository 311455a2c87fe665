import pytest

from kgan.core import registry as lookup


@pytest.mark.parametrize(
    ("received", "hint"),
    [
        ("hing", "Did you mean 'hinge'? "),
        ("wassersteen", "Did you mean 'wasserstein'? "),
        ("xyz", ""),
        (17, ""),
        (None, ""),
    ],
)
def test_sentence(received, hint):
    sentence = lookup.unknown(
        "`loss` must be one of", received, ("hinge", "wasserstein")
    )
    start = f"`loss` must be one of hinge, wasserstein. Received: {received!r}."
    assert sentence == hint + start
    assert "\n" not in sentence


def test_many_names_are_cut_where_one_is_near():
    names = [f"name_{number}" for number in range(40)]
    sentence = lookup.unknown("the names are", "nam_39", names)
    assert sentence.startswith("Did you mean 'name_39'? The names are name_0, name_1, ")
    assert sentence.endswith("name_11, ... Received: 'nam_39'.")
    assert sentence.count("name_") == 13
    assert lookup.unknown("the names are", "x", names).count("name_") == 40


def test_names_that_are_not_listed_are_proposed():
    sentence = lookup.unknown("One of", "mnits", ["ring"], further=("mnist", "cifar"))
    assert sentence == "Did you mean 'mnist'? One of ring. Received: 'mnits'."


def test_names_may_be_any_iterable():
    names = {"b": 1, "a": 2}
    assert lookup.unknown("one of", "q", names) == "one of b, a. Received: 'q'."


class Thing:
    def __init__(self, size=1):
        self.size = size


KNOWN = {"thing": Thing}
REGISTRY = lookup.Registry("A thing must be a `Thing` or one of", Thing, KNOWN)


def test_objects_names_and_dictionaries():
    thing = Thing()
    assert REGISTRY.get(thing) is thing
    assert type(REGISTRY.get("thing")) is Thing
    description = {"name": "thing", "size": 3}
    assert REGISTRY.get(description).size == 3
    assert description == {"name": "thing", "size": 3}
    assert REGISTRY.names() == ("thing",)


@pytest.mark.parametrize("received", ["thin", {"name": "thin", "size": 2}])
def test_an_unknown_name_gets_the_nearest(received):
    with pytest.raises(ValueError, match=r"'thing'.*one of thing. Received: 'thin'"):
        REGISTRY.get(received)


@pytest.mark.parametrize("received", [None, 3, {}, {"size": 1}, Thing])
def test_what_is_no_name(received):
    with pytest.raises(ValueError, match="A thing must be a `Thing`") as caught:
        REGISTRY.get(received)
    assert f"Received: {received!r}" in str(caught.value)


def test_what_is_added_later_is_found():
    registry = lookup.Registry("one of", Thing, {})
    registry.known["late"] = Thing
    assert type(registry.get("late")) is Thing


def test_numbers_tell_equal_names_apart():
    assert lookup.numbered(["r1", "r2", "r1", "r1"]) == ["r1", "r2", "r1_2", "r1_3"]
    assert lookup.numbered([]) == []
