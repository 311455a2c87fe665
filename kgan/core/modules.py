"""Modules of a user, whose classes Keras must know before it loads a model."""

import importlib
import importlib.util
import inspect
import os
import pathlib
import re
import sys

import keras


def load(names) -> None:
    """Imports modules, so that what models are made of is known.

    Classes and functions in them need not be registered with Keras.

    Args:
        names: Names of modules, which may lie in the current folder, and paths of .py
            files.

    Raises:
        ValueError: If one cannot be imported.
    """
    for name in names:
        try:
            module = _from_file(name) if _is_file(name) else _from_name(name)
        except (Exception, SystemExit) as error:  # a module may do anything
            text = " ".join(f"{type(error).__name__}: {error}".split())
            raise ValueError(
                f"--import must name modules that can be imported, as in my_layers, or "
                f".py files. Received: {name} ({text})"
            ) from error
        _make_known(module)


def anywhere(names) -> tuple:
    """Returns names by which `load` finds loaded modules again from another folder."""
    return tuple(_path(name) or name for name in names)


def missing(error: Exception) -> str | None:
    """Returns what to do about Keras' error that it does not know a class, or None."""
    text = str(error)
    found = re.search(r"Could not locate (class|function) '([^']*)'", text)
    if found is None:
        return None
    kind, name = found.groups()
    module = re.search(r"'module': '([^']+)'", text[found.end() :])
    module = module and module[1]
    if module in (None, "builtins", "__main__"):
        of, module = "", "MODULE"
    else:
        of = f" of the module {module}"
    return (
        f"it is made with the {kind} {name}{of}, which must be imported first, by "
        f"--import={module} or in Python"
    )


def _is_file(name):
    return name.endswith(".py") or os.sep in name


def _from_name(name):
    # Last: a file in this folder must not stand for a package of its name.
    _make_importable(os.getcwd())
    return importlib.import_module(name)


def _from_file(name):
    path = pathlib.Path(os.path.expanduser(name)).resolve()
    loaded = sys.modules.get(path.stem)
    if loaded is not None:
        if _file_of(loaded) == path:
            return loaded
        raise ImportError(f"there is another module {path.stem} already")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None:
        raise ImportError("it is no .py file")
    module = importlib.util.module_from_spec(spec)
    _make_importable(str(path.parent))  # for what it imports itself
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[path.stem]
        raise
    return module


def _make_importable(folder):
    if folder not in sys.path:
        sys.path.append(folder)


def _make_known(module):
    known = keras.saving.get_custom_objects()
    for name, found in vars(module).items():
        saveable = inspect.isfunction(found) or (
            inspect.isclass(found) and hasattr(found, "from_config")
        )
        if saveable and found.__module__ == module.__name__:
            known.setdefault(name, found)


def _path(name):
    """Returns the path of a module that is one file in no folder of packages."""
    if _is_file(name):
        return str(pathlib.Path(os.path.expanduser(name)).resolve())
    file = _file_of(sys.modules[name])
    here = file is not None and file.parent == pathlib.Path.cwd().resolve()
    return str(file) if here else None


def _file_of(module):
    file = getattr(module, "__file__", None)
    return None if file is None else pathlib.Path(file).resolve()
