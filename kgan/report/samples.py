"""Grids of samples: as they come, and by class."""

import numpy as np

from kgan.report.markup import Html, element, figure, join, table
from kgan.report.pictures import grid, reduction

_ROWS, _COLUMNS = 6, 10
# Of all rows by class, as they are stored: a page has 3 MB.
_BYTES, _FEWEST_COLUMNS = 1_200_000, 4
# Of data with more classes the first ones are shown.
_MOST_CLASSES = 20


def samples(subject) -> Html:
    """Shows samples of a model of images.

    A conditional model gets a row for each class; of another one the first samples
    are shown, and where a classifier tells its classes, also a row for each of them.
    """
    if subject.classes is not None:
        return _by_given_class(subject)
    count = _ROWS * _COLUMNS
    first = figure(
        grid(subject.generate(count), _COLUMNS, f"{count} samples in {_ROWS} rows"),
        "The first samples, not chosen by hand. Images that return, or one motif in "
        "many, are signs of collapse; patterns that repeat in the same place, of a "
        "discriminator that overlooks them.",
        reduced(subject),
    )
    return join(first, _by_told_class(subject))


def reduced(subject) -> str:
    """Returns a note where images are shown smaller than they are."""
    factor = reduction(subject.source.shape)
    return "" if factor == 1 else f" Images are reduced to 1/{factor} of their size."


def _by_given_class(subject):
    count = subject.classes
    chosen = range(min(count, _MOST_CLASSES))
    columns = _columns(subject, len(chosen))
    rows = []
    for index in chosen:
        name = subject.class_name(index)
        images = subject.generate(columns, labels=index)
        rows.append([name, grid(images, columns, f"{columns} samples of class {name}")])
    caption = (
        "A row for each class that the generator is asked for. Images of a column "
        "share their latent: they should have their style in common, and the class of "
        f"their row.{_first_of(count)}{reduced(subject)}"
    )
    return table(["class", "samples"], rows, caption, "images")


def _by_told_class(subject):
    fake = subject.fake
    count = subject.source.num_classes
    if fake.classes is None:
        return Html()
    labels = getattr(subject.source, "labels", None)
    known = [fake.classes] if labels is None else [fake.classes, labels]
    shares = [np.bincount(each, minlength=count) / len(each) for each in known]
    columns = _columns(subject, min(count, _MOST_CLASSES))
    rows = []
    for index in range(min(count, _MOST_CLASSES)):
        members = fake.indices[fake.classes == index][:columns]
        told = [f"{share[index]:.1%}" for share in shares]
        shown = _members(subject, members, index, columns)
        rows.append([subject.class_name(index), *told, shown])
    caption = (
        f"What the classifier “{subject.extractor.name}” takes {len(fake.classes):,} "
        "samples for: the share of each class, that in the training data, and the "
        "first samples. A class that is much rarer than in the data is one that the "
        f"generator neglects.{_first_of(count)}"
    )
    header = ["class", *("share", "in data")[: len(shares)], "samples"]
    shown = table(header, rows, caption, "images")
    return join(element("h3", "By predicted class"), shown)


def _members(subject, members, index, columns):
    if not len(members):
        return "none"
    images = np.concatenate([subject.again(member) for member in members])
    name = subject.class_name(index)
    return grid(images, columns, f"{len(members)} samples taken for class {name}")


def _columns(subject, rows):
    """How many samples of a class there is room for."""
    size = subject.source.shape
    pixels = size[0] * size[1] // reduction(size) ** 2
    room = _BYTES // (rows * pixels * size[2])
    return max(_FEWEST_COLUMNS, min(_COLUMNS, room))


def _first_of(count):
    if count <= _MOST_CLASSES:
        return ""
    return f" The first {_MOST_CLASSES} of {count:,} classes."
