"""Packages that only some uses need: the optional dependencies of `setup.cfg`."""

import importlib
import types


class MissingPackage(ModuleNotFoundError):
    """A package of an optional dependency is not installed."""


def require(module: str, extra: str, what: str) -> types.ModuleType:
    """Returns a module, or raises with the command that installs it.

    Args:
        module: Name of the module, as in "tensorflow_datasets".
        extra: Name of the optional dependency of kgan that brings it.
        what: What needs it, the beginning of a sentence.

    Raises:
        MissingPackage: If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise  # it is there, and something that it needs itself is not
        raise MissingPackage(
            f'{what} needs the package {module}: pip install "kgan[{extra}]"',
            name=module,
        ) from None
