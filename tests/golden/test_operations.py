"""A training step takes no more operations than it took before it was rewritten."""

import json
import pathlib

import operations
import pytest

RECORDED = json.loads(
    pathlib.Path(__file__).with_name("operations.json").read_text("utf-8")
)


@pytest.mark.parametrize("name", operations.GAMES)
def test_a_step_takes_no_more_operations(name):
    found, before = operations.count(name), RECORDED[name]
    for kind in operations.HEAVY:
        assert 0 < found[kind] <= before[kind], kind
    if operations.versions() == RECORDED["versions"]:
        assert found["nodes"] <= before["nodes"]
