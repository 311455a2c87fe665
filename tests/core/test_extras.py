"""What is not installed is named with the command that installs it."""

import json
import re
import sys

import pytest

from kgan.core import extras


def test_a_module_that_is_there_is_returned():
    assert extras.require("json", "nothing", "This") is json


def test_a_missing_package_is_named_with_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "absent", None)
    message = 'A page needs the package absent: pip install "kgan[some]"'
    with pytest.raises(extras.MissingPackage, match=f"^{re.escape(message)}$"):
        extras.require("absent", "some", "A page")


def test_what_a_package_misses_itself_keeps_its_own_error(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import absent_part")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="absent_part") as caught:
        extras.require("half_installed", "some", "A page")
    assert not isinstance(caught.value, extras.MissingPackage)
