"""Kinds of fields: what they take, refuse, and read from a flag's text."""

import pytest

from kgan.recipes import flag_types

KINDS = {
    "text": (flag_types.Text(), "a, b", "a, b"),
    "true": (flag_types.Boolean(), "True", True),
    "1 for true": (flag_types.Boolean(), "1", True),
    "0 for false": (flag_types.Boolean(), "0", False),
    "false": (flag_types.Boolean(), "false", False),
    "choice": (flag_types.Choice(("auto", True, False)), "auto", "auto"),
    "true among choices": (flag_types.Choice(("auto", True, False)), "True", True),
    "no choice": (flag_types.Choice(("a",), optional=True), "none", None),
    "integer": (flag_types.Integer(), "12", 12),
    "no integer": (flag_types.Integer(optional=True), "None", None),
    "side": (flag_types.Size(), "32", 32),
    "height and width": (flag_types.Size(), "[32, 48]", (32, 48)),
    "width and height": (flag_types.Size(), "48x32", (32, 48)),
    "no size": (flag_types.Size(optional=True), "none", None),
    "window": (flag_types.Window(), "-1024, 3071", (-1024, 3071)),
    "window of fractions": (flag_types.Window(), "[0.5,1e3]", (0.5, 1e3)),
    "no window": (flag_types.Window(optional=True), "none", None),
    "number": (flag_types.Number(), "2e-4", 2e-4),
    "whole number": (flag_types.Number(), "3", 3.0),
    "fraction": (flag_types.Fraction(), "0.7", 0.7),
    "all of it": (flag_types.Fraction(), "1", 1.0),
    "mapping": (flag_types.Mapping(), '{"hidden": [3, 4]}', {"hidden": [3, 4]}),
    "texts": (flag_types.Texts(), "a, b_c", ("a", "b_c")),
    "no texts": (flag_types.Texts(), "", ()),
    "mappings": (flag_types.Mappings(), '[{"name": "r1"}]', ({"name": "r1"},)),
}


@pytest.mark.parametrize(("kind", "text", "value"), KINDS.values(), ids=KINDS)
def test_reads_and_writes_text(kind, text, value):
    read = kind.read(text)
    assert read == value
    assert type(read) is type(value)
    assert kind.read(kind.write(read)) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (flag_types.Text(), 3),
        (flag_types.Boolean(), 1),
        (flag_types.Texts(), "a"),
        (flag_types.Texts(), ["a", 3]),
        (flag_types.Texts(), ["a", ""]),
        (flag_types.Choice(("auto", True)), 1),
        (flag_types.Choice(("auto", True)), "Auto"),
        (flag_types.Choice(("auto", True)), None),
        (flag_types.Integer(), True),
        (flag_types.Integer(), 1.0),
        (flag_types.Integer(minimum=2), 1),
        (flag_types.Integer(), None),
        (flag_types.Size(), 0),
        (flag_types.Size(), [32]),
        (flag_types.Size(), [32, 0]),
        (flag_types.Window(), 3),
        (flag_types.Window(), [1, 2, 3]),
        (flag_types.Window(), [2, 1]),
        (flag_types.Window(), [1, 1]),
        (flag_types.Window(), [0, float("inf")]),
        (flag_types.Window(), [float("nan"), 1]),
        (flag_types.Window(), [False, True]),
        (flag_types.Window(), ["0", "1"]),
        (flag_types.Number(), "1"),
        (flag_types.Fraction(), 1.01),
        (flag_types.Fraction(), -0.01),
        (flag_types.Fraction(), float("nan")),
        (flag_types.Number(), True),
        (flag_types.Number(), float("nan")),
        (flag_types.Number(), -0.1),
        (flag_types.Number(below=1.0), 1.0),
        (flag_types.Mapping(), [("a", 1)]),
        (flag_types.Mapping(), {"a": object()}),
        (flag_types.Mappings(), {"name": "r1"}),
        (flag_types.Mappings(), ["r1"]),
    ],
)
def test_refuses_values_of_another_kind(kind, value):
    with pytest.raises(ValueError, match=r"must be .* Received: "):
        kind.check(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (flag_types.Integer(), "abc"),
        (flag_types.Integer(), "1.5"),
        (flag_types.Integer(), "none"),
        (flag_types.Number(optional=True), "nan"),
        (flag_types.Window(), "0"),
        (flag_types.Window(), "0;1"),
        (flag_types.Boolean(), "yes"),
        (flag_types.Mapping(), "{'a': 1}"),
        (flag_types.Mappings(), "r1"),
    ],
)
def test_refuses_text_of_another_kind(kind, text):
    with pytest.raises(ValueError, match=r"must be .* Received: "):
        kind.read(text)


def test_options_are_copied():
    options = {"hidden": [3]}
    checked = flag_types.Mapping().check(options)
    options["hidden"].append(4)
    assert checked == {"hidden": [3]}


def test_a_near_choice_is_proposed():
    kind = flag_types.Choice(("auto", "mirrored"))
    with pytest.raises(ValueError, match=r"'mirored'\. Did you mean mirrored\?"):
        kind.read("mirored")
    with pytest.raises(ValueError, match=r"Received: 'xyz'$"):
        kind.read("xyz")
