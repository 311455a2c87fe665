"""Flags of one command: what they read, refuse, and tell about themselves."""

import pytest

from kgan.cli import flags
from kgan.recipes.flag_types import Boolean, Integer, Mappings, Text


@pytest.fixture
def values():
    return flags.new(declare)


def declare(values):
    flags.define(values, "steps", Integer(), 10, "rounds of the game")
    flags.define(values, "name", Text(optional=True), None, "what it is called")
    flags.define(values, "dry_run", Boolean(), False, "only say what would be done")
    flags.define(values, "penalties", Mappings(), None, "terms", "More")


def test_reads_flags(values):
    argv = ["--steps=3", "--name", "a b", "--dry_run", '--penalties=[{"name": "r1"}]']
    flags.parse(values, argv)
    assert (values.steps, values.name, values.dry_run) == (3, "a b", True)
    assert values.penalties == ({"name": "r1"},)
    assert values.debug is False


@pytest.mark.parametrize(
    ("text", "value"),
    [("--dry_run=true", True), ("--dry_run=false", False), ("--nodry_run", False)],
)
def test_reads_booleans(values, text, value):
    flags.parse(values, [text])
    assert values.dry_run is value


def test_knows_which_flags_were_given(values):
    flags.parse(values, ["--name=none", "--steps=10"])
    names = ("steps", "name", "penalties")
    assert flags.given(values, names) == {"steps": 10, "name": None}


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--stepz=3"], r"Did you mean '--steps'\? The flags are"),
        (["--steps=abc"], "steps=abc.*integer of at least 1. Received: 'abc'"),
        (["--steps=0"], "integer of at least 1. Received: 0"),
        (["--steps"], "steps"),
        (["--dry_run=maybe"], "true or false"),
        (["--penalties=r1"], "in JSON. Received: 'r1'"),
        (["digits"], "Received: 'digits'"),
    ],
)
def test_refuses_wrong_arguments(values, argv, message):
    with pytest.raises(flags.UsageError, match=message):
        flags.parse(values, argv)


def test_help_says_each_flag_once_and_its_default(values):
    text = flags.help_text("Does it.\n\n  kgan it\n", values)
    lines = text.splitlines()
    assert lines[:3] == ["Does it.", "", "  kgan it"]
    headings = [line for line in lines if line.endswith(":")]
    assert headings == ["Flags:", "More:", "For every command:"]
    for name in ("steps", "name", "dry_run", "penalties", "debug"):
        assert sum(line.startswith(f"  --{name} ") for line in lines) == 1
    assert "rounds of the game (default: 10)" in text
    assert max(map(len, lines)) <= 80


def test_a_hidden_flag_is_read_and_a_refused_one_says_why():
    def declare(values):
        flags.define(values, "depth", Integer(), 3, "layers", flags.HIDDEN)
        flags.refuse(values, "width", Integer(), "belongs elsewhere")
        flags.refuse(values, "fast", Boolean(), "belongs elsewhere")

    values = flags.new(declare)
    text = flags.help_text("Does it.", values)
    assert not {"--depth", "--width", "hidden", "refused"} & set(text.split())
    for argv in (["--width=3"], ["--fast"]):
        with pytest.raises(flags.UsageError, match="belongs elsewhere"):
            flags.parse(values, argv)
    with pytest.raises(
        flags.UsageError, match=r"flags are --depth, --import, --debug\. Rec"
    ):
        flags.parse(values, ["--depht=3"])
    flags.parse(values, ["--depth=4"])
    assert flags.given(values, ["depth", "width", "no_flag"]) == {"depth": 4}


@pytest.mark.parametrize(
    ("argv", "value"),
    [
        ([], None),
        (["--steps=3"], None),
        (["--game=a"], "a"),
        (["-game", "a", "--steps=3"], "a"),
        (["--game=a", "--game=b=c"], "b=c"),
        (["--gameplay=a", "--game"], None),
    ],
)
def test_peeks_at_a_flag_before_any_is_declared(argv, value):
    assert flags.peek(argv, "game") == value
