"""What docs/evaluation.md says of metrics and flags is so."""

import pathlib
import re

import pytest

from kgan import metrics
from kgan.cli import flags
from kgan.cli.command import _load
from kgan.metrics.registry import kinds

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
COMMANDS = re.findall(r"^kgan (\w+) (.*?)(?:\s+#.*)?$", PAGE, re.MULTILINE)


def test_the_table_lists_each_metric_with_its_figures():
    rows = re.findall(r"^\| `(\w+)` \| ([^|\d][^|]*) \|", PAGE, re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(metrics.names())
    for name, told in rows:
        figures = re.findall(r"`(\w+)`", told)
        kind = kinds()[name]
        known = {*kind.figures, kind.standard_name}
        assert set(figures) <= known
        assert set(kind.figures) <= {*figures, name}


@pytest.mark.parametrize(("command", "rest"), COMMANDS)
def test_flags_are_known_and_metrics_are_found(command, rest):
    values = flags.new(_load(command).define)
    flags.parse(values, rest.split())
    for name in values.metrics or ():
        metrics.get(name)


def test_there_are_commands():
    assert {"evaluate", "train"} <= {command for command, _ in COMMANDS}


def test_links_lead_somewhere():
    for page in ("evaluation", "features", "results"):
        text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (ROOT / "docs" / link).exists(), link
