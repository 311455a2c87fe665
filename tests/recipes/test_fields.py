"""Kinds of fields: what they take, refuse, and read from a flag's text."""

import pytest

from kgan.recipes import fields

KINDS = {
    "text": (fields.Text(), "a, b", "a, b"),
    "true": (fields.Boolean(), "True", True),
    "false": (fields.Boolean(), "false", False),
    "choice": (fields.Choice(("auto", True, False)), "auto", "auto"),
    "true among choices": (fields.Choice(("auto", True, False)), "True", True),
    "no choice": (fields.Choice(("a",), optional=True), "none", None),
    "integer": (fields.Integer(), "12", 12),
    "no integer": (fields.Integer(optional=True), "None", None),
    "side": (fields.Size(), "32", 32),
    "height and width": (fields.Size(), "[32, 48]", (32, 48)),
    "no size": (fields.Size(optional=True), "none", None),
    "number": (fields.Number(), "2e-4", 2e-4),
    "whole number": (fields.Number(), "3", 3.0),
    "fraction": (fields.Fraction(), "0.7", 0.7),
    "all of it": (fields.Fraction(), "1", 1.0),
    "mapping": (fields.Mapping(), '{"hidden": [3, 4]}', {"hidden": [3, 4]}),
    "texts": (fields.Texts(), "a, b_c", ("a", "b_c")),
    "no texts": (fields.Texts(), "", ()),
    "mappings": (fields.Mappings(), '[{"name": "r1"}]', ({"name": "r1"},)),
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
        (fields.Text(), 3),
        (fields.Boolean(), 1),
        (fields.Texts(), "a"),
        (fields.Texts(), ["a", 3]),
        (fields.Texts(), ["a", ""]),
        (fields.Choice(("auto", True)), 1),
        (fields.Choice(("auto", True)), "Auto"),
        (fields.Choice(("auto", True)), None),
        (fields.Integer(), True),
        (fields.Integer(), 1.0),
        (fields.Integer(minimum=2), 1),
        (fields.Integer(), None),
        (fields.Size(), 0),
        (fields.Size(), [32]),
        (fields.Size(), [32, 0]),
        (fields.Number(), "1"),
        (fields.Fraction(), 1.01),
        (fields.Fraction(), -0.01),
        (fields.Fraction(), float("nan")),
        (fields.Number(), True),
        (fields.Number(), float("nan")),
        (fields.Number(), -0.1),
        (fields.Number(below=1.0), 1.0),
        (fields.Mapping(), [("a", 1)]),
        (fields.Mapping(), {"a": object()}),
        (fields.Mappings(), {"name": "r1"}),
        (fields.Mappings(), ["r1"]),
    ],
)
def test_refuses_values_of_another_kind(kind, value):
    with pytest.raises(ValueError, match=r"must be .* Received: "):
        kind.check(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (fields.Integer(), "abc"),
        (fields.Integer(), "1.5"),
        (fields.Integer(), "none"),
        (fields.Number(optional=True), "nan"),
        (fields.Boolean(), "yes"),
        (fields.Mapping(), "{'a': 1}"),
        (fields.Mappings(), "r1"),
    ],
)
def test_refuses_text_of_another_kind(kind, text):
    with pytest.raises(ValueError, match=r"must be .* Received: "):
        kind.read(text)


def test_options_are_copied():
    options = {"hidden": [3]}
    checked = fields.Mapping().check(options)
    options["hidden"].append(4)
    assert checked == {"hidden": [3]}
