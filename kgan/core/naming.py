"""Lists of names in messages."""

from collections.abc import Iterable, Sequence

_LABELS = 10  # how many labels a line names


def listed(names: Sequence[str], most: int) -> str:
    """Returns the first names with commas between them: "a, b, ..." of many."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def labels(names: Sequence[str] | None, labels: Iterable[int] | None = None) -> str:
    """Describes which classes labels are: "0 is 1, 1 is 10, 2 is 2".

    It is empty where names are not known, or each is the label itself.

    Args:
        names: Names of all classes by label, or None.
        labels: Which of them; None: all. Ten at most are named.
    """
    if names is None or all(name == str(label) for label, name in enumerate(names)):
        return ""
    labels = range(len(names)) if labels is None else sorted({*labels})
    known = [f"{label} is {names[label]}" for label in labels if label < len(names)]
    return listed(known, _LABELS)
