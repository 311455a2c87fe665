"""What the package says of itself agrees, and all of its files are in it."""

import configparser
import pathlib
import re

import pytest
import yaml
from packaging import requirements, specifiers

import kgan

ROOT = pathlib.Path(__file__).parents[1]
SETUP = configparser.RawConfigParser()
SETUP.read(ROOT / "setup.cfg", "utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def test_the_version_is_one():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = kgan.__version__
    assert SETUP["metadata"]["version"] == citation["version"] == version
    assert f"\n## {version}" in changes


def test_the_citation_has_what_its_schema_asks():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["license"] == SETUP["metadata"]["license"]


def test_pythons_are_those_for_which_there_is_a_tensorflow():
    allowed = specifiers.SpecifierSet(SETUP["options"]["python_requires"])
    every = [f"3.{minor}" for minor in range(20)]
    named = re.findall(r":: (3\.\d+)$", SETUP["metadata"]["classifiers"], re.MULTILINE)
    assert named == list(allowed.filter(every)) == ["3.11", "3.12", "3.13"]
    assert "Python 3.11, 3.12 or 3.13" in README


def test_every_file_beside_the_code_is_package_data():
    folder = ROOT / "kgan"
    patterns = SETUP["options.package_data"]["kgan"].split()
    packed = {path for pattern in patterns for path in folder.glob(pattern)}
    assert folder / "py.typed" in packed
    beside = {path for path in folder.rglob("*") if path.is_file()}
    ours = {p for p in beside if p.suffix not in (".py", ".pyc")}
    assert ours == packed


def names(text):
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return {requirements.Requirement(line).name for line in lines}


@pytest.mark.parametrize(
    "package",
    ["tensorflow-datasets", "gradio", "huggingface_hub", "pandas", "pyarrow"],
)
def test_what_not_everyone_needs_is_an_extra(package):
    extras = SETUP["options.extras_require"]
    assert package not in names(SETUP["options"]["install_requires"])
    (found,) = [name for name, text in extras.items() if package in names(text)]
    assert re.search(rf"kgan\[[\w,]*\b{found}\b", extras["test"])


def test_an_index_shows_a_description_without_links_into_the_repository():
    shown = SETUP["metadata"]["long_description"].removeprefix("file: ")
    text = (ROOT / shown).read_text("utf-8")
    assert re.findall(r"\]\((?!https:)", text) == []
    example = re.compile(r"```python\n(.*?)```", re.DOTALL)
    assert example.findall(text) == example.findall(README)
    for extra in re.findall(r"`kgan\[(\w+)\]`", text):
        assert extra in SETUP["options.extras_require"]


def test_what_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`((?:kgan|tests|docs)/[\w/.]+)`", text))
    assert len(named) > 20
    missing = {name for name in named if not (ROOT / name).exists()}
    assert {name for name in missing if "NAME" not in name} == set()
    parents = {(ROOT / name).parent for name in missing}
    assert all(parent.is_dir() for parent in parents)
