"""What docs/published_networks.md shows works as it stands there."""

import pathlib
import re

import pages
import pytest
from published_stylegan2 import Networks

PAGE = (pathlib.Path(__file__).parents[1] / "docs/published_networks.md").read_text(
    "utf-8"
)


def test_the_python_example_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("network.pkl").write_bytes(Networks(size=4).pickle())
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(compile(example, "published_networks.md", "exec"), names)
    assert names["images"].shape == (16, 4, 4, 3)
    assert pathlib.Path("network.keras").is_file()


@pytest.mark.parametrize("command", pages.commands(PAGE))
def test_every_flag_of_the_commands_is_known(command):
    pages.check_flags(command)
