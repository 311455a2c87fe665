"""A user's modules are imported, and what is missing of them is named."""

import re
import sys

import keras
import pytest

from kgan.core import modules

LAYERS = """
import keras
{more}
@keras.saving.register_keras_serializable(package="mine")
class Wave(keras.layers.Layer):
    pass

class Plain(keras.layers.Layer):
    pass

def swish(x):
    return x
"""


@pytest.fixture(autouse=True)
def _as_before(monkeypatch, tmp_path):
    """Leaves no module, path or class behind; works in an empty folder."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    before, known = {*sys.modules}, dict(keras.saving.get_custom_objects())
    yield
    for name in {*sys.modules} - before:
        del sys.modules[name]
    keras.saving.get_custom_objects().clear()
    keras.saving.get_custom_objects().update(known)


@pytest.fixture
def write(tmp_path):
    """A function that writes a module with layers."""

    def write(name, more=""):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(LAYERS.format(more=more))
        return str(path)

    return write


def known():
    return keras.saving.get_custom_objects()


def test_a_module_of_this_folder_is_found_after_all_others(write, tmp_path):
    write("h17_wave.py")
    write("json.py", "raise OSError")
    modules.load(["h17_wave", "json"])
    assert known()["mine>Wave"] is known()["Wave"]
    assert known()["Plain"].__module__ == "h17_wave"
    assert "swish" in known()
    assert sys.path[-1] == str(tmp_path)
    assert modules.anywhere(["h17_wave", "json"]) == (
        str(tmp_path / "h17_wave.py"),
        "json",
    )


def test_a_file_anywhere_is_found_with_its_neighbours(write, tmp_path):
    write("deep/h17_other.py")
    path = write("deep/h17_layers.py", "import h17_other")
    modules.load([path])
    modules.load([path, "./deep/h17_layers.py"])  # again is nothing
    assert known()["Plain"].__module__ == "h17_layers"
    assert modules.anywhere(["deep/h17_layers.py"]) == (path,)


def test_what_keras_has_is_not_replaced(write):
    write("h17_dense.py", "class Dense(keras.layers.Dense): pass")
    modules.load(["h17_dense"])
    dense = keras.layers.deserialize(keras.layers.serialize(keras.layers.Dense(1)))
    assert type(dense) is keras.layers.Dense


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("h17_none", None, r"h17_none \(ModuleNotFoundError: No module named"),
        ("h17_none.py", None, r"h17_none\.py \(FileNotFoundError"),
        ("h17/none", None, "ImportError: it is no .py file"),
        ("h17_bad.py", "def", r"h17_bad\.py \(SyntaxError"),
        ("h17_bad", "1 / 0", r"h17_bad \(ZeroDivisionError: division by zero\)"),
        ("h17_bad.py", "import sys; sys.exit(3)", "SystemExit: 3"),
        ("keras.py", "", "there is another module keras already"),
    ],
)
def test_a_module_that_fails_is_one_sentence(write, name, more, message):
    if more is not None:
        write(name if name.endswith(".py") else f"{name}.py", more)
    with pytest.raises(ValueError, match=f"--import must name modules.*{message}"):
        modules.load([name])
    assert "h17_bad" not in sys.modules


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (
            "Could not locate class 'Wave'. ... {'module': 'my.layers', 'x': 1}",
            "the class Wave of the module my.layers, .* --import=my.layers or in",
        ),
        ("Could not locate function 'f'. 'module': 'builtins'", "f, .*--import=MODULE"),
        ("Could not locate class 'A'. 'module': '__main__'", "A, .*--import=MODULE"),
        ("Could not locate class 'A'.", "class A, which must be imported first"),
    ],
)
def test_the_class_that_is_missing_is_named(text, advice):
    found = modules.missing(TypeError(f"x\n\nException encountered: {text}"))
    assert re.search(advice, found)
    assert modules.missing(TypeError("something else")) is None
