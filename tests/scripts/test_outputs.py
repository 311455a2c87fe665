"""Where programs write by default: never into what the repository tracks."""

import argparse
import importlib
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

WRITERS = sorted(
    path.stem
    for path in (ROOT / "scripts").glob("*.py")
    if "add_argument" in (text := path.read_text("utf-8")) and '"--output"' in text
)


class Parsed(Exception):
    """The command line was declared."""


def default_output(name, monkeypatch):
    def parse(parser, *_):
        raise Parsed(parser.get_default("output"))

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
    with pytest.raises(Parsed) as parsed:
        importlib.import_module(name).main()
    return parsed.value.args[0]


def test_there_are_writers():
    assert {"learn_pictures", "train_feature_networks"} < set(WRITERS)


@pytest.mark.parametrize("name", WRITERS)
def test_nothing_tracked_is_written_by_default(name, monkeypatch):
    default = default_output(name, monkeypatch)
    if default is None:
        return  # it writes no file, or the user says which
    path = pathlib.Path(default)
    assert not path.is_absolute()
    assert path.parts[0] == "runs" or len(path.parts) == 1
    assert not (ROOT / path.parts[0]).exists() or path.parts[0] == "runs"
