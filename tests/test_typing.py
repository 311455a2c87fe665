"""All that is public has type hints; mypy checks programs that use it."""

import inspect
import types

import pytest

import kgan

# Methods of trained games stand in mixins that nobody names.
OF_GAMES = {
    *("compile", "save", "export", "generate", "interpolate", "decode"),
    *("discriminate", "translate", "encode", "reconstruct"),
}


def public(module):
    """Yields the functions and classes that a package names, or a file defines."""
    origin = "kgan" if hasattr(module, "__path__") else module.__name__
    for name, value in vars(module).items():
        kind = inspect.isfunction(value) or inspect.isclass(value)
        if kind and not name.startswith("_") and value.__module__.startswith(origin):
            yield value


ROOMS = [
    value
    for name, value in vars(kgan).items()
    if isinstance(value, types.ModuleType) and name not in ("cli", "core", "startup")
]
FUNCTIONS = {f for m in (kgan, *ROOMS) for f in public(m) if inspect.isfunction(f)}
CLASSES = {c for m in (kgan, *ROOMS) for c in public(m) if inspect.isclass(c)}


def functions(of):
    """Yields the constructor and the public methods that no base class has."""
    for name, value in vars(of).items():
        new = not any(hasattr(base, name) for base in of.__mro__[1:])
        written = inspect.isfunction(value) and value.__qualname__.startswith(
            of.__qualname__
        )
        if written and (name == "__init__" or (new and not name.startswith("_"))):
            yield value


def missing(function):
    signature = inspect.signature(function)
    given = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    names = [p.name for p in given if p.annotation is p.empty]
    returns = signature.return_annotation is signature.empty
    return names + ["return"] * (returns and function.__name__ != "__init__")


def label(value):
    return f"{value.__module__}.{value.__qualname__}"


@pytest.mark.parametrize("function", sorted(FUNCTIONS, key=label), ids=label)
def test_functions_have_hints(function):
    assert missing(inspect.unwrap(function)) == []


@pytest.mark.parametrize("of", sorted(CLASSES, key=label), ids=label)
def test_constructors_and_methods_have_hints(of):
    assert {f.__name__: missing(f) for f in functions(of) if missing(f)} == {}


@pytest.mark.parametrize(
    "game", [kgan.GAN, kgan.Pix2Pix, kgan.CycleGAN, kgan.CUT, kgan.BiGAN], ids=label
)
def test_what_a_trained_game_does_has_hints(game):
    for name in OF_GAMES:
        if hasattr(game, name):
            assert missing(inspect.unwrap(getattr(game, name))) == [], name
