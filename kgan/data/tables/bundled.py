"""Tables by name that need neither a file nor a download."""

import functools
from collections.abc import Callable
from typing import Any

from kgan.core import extras
from kgan.data.tables.made import made_table

# The column that scikit-learn calls the target, by table.
_TARGETS = {
    "iris": "species",
    "wine": "cultivar",
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
}


def of_sklearn(name: str) -> Any:
    """Returns one of scikit-learn's bundled tables as a DataFrame.

    It is "iris", "wine", "breast_cancer" or "diabetes", in its own units; the names of
    classes stand in place of their numbers.
    """
    extras.require("pandas", "tabular", "A table")
    from sklearn import datasets

    scaled = {"scaled": False} if name == "diabetes" else {}
    data = getattr(datasets, f"load_{name}")(as_frame=True, **scaled)
    frame = data.frame.rename(columns={"target": _TARGETS[name]})
    if "target_names" in data:
        names = dict(enumerate(map(str, data.target_names)))
        frame[_TARGETS[name]] = data.target.map(names)
    return frame


BUNDLED: dict[str, Callable[[], Any]] = {
    "made_table": made_table,
    **{f"table:{name}": functools.partial(of_sklearn, name) for name in _TARGETS},
}
