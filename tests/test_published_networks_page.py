"""What docs/published_networks.md shows works as it stands there."""

import pathlib
import re

import pages
import pytest
from published_stylegan2 import Networks
from published_translators import ResNet, written

PAGE = (pathlib.Path(__file__).parents[1] / "docs/published_networks.md").read_text(
    "utf-8"
)


def test_the_python_examples_run_as_they_stand(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("network.pkl").write_bytes(Networks(size=4).pickle())
    tensors = ResNet(channels=(3, 3)).tensors()
    pathlib.Path("latest_net_G.pth").write_bytes(written(tensors))
    first, *others = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(compile(first, "published_networks.md", "exec"), names)
    assert names["images"].shape == (16, 4, 4, 3)
    assert pathlib.Path("network.keras").is_file()
    for example in others:
        exec(compile(example, "published_networks.md", "exec"), names)
    assert names["translated"].shape == (1, 60, 90, 3)
    printed = capsys.readouterr().out
    assert (
        "converted      generator: b4_torgb, b8_torgb, b16_torgb, b32_torgb" in printed
    )
    assert "new            generator: b64_conv0, b64_conv1, b64_torgb; disc" in printed


@pytest.mark.parametrize("command", pages.commands(PAGE))
def test_every_flag_of_the_commands_is_known(command):
    pages.check_flags(command)
