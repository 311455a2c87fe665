"""Labels of a StyleGAN data set, which stand in `dataset.json` beside its images.

`{"labels": [["00000/img00000000.png", 6], ...]}` has a class for each image, or a list
of numbers, its condition; `{"labels": null}` means that there are none. The folders of
such a data set are numbered parts of it, and no classes.

kgan adds `"class_names"`, the names of the classes in their order, which others leave
unread.

Format: Karras et al. (2020), Training Generative Adversarial Networks with Limited
Data, in the description of its `dataset_tool.py`.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np

from kgan.core import naming
from kgan.data.archive import Folder, Zip

NAME = "dataset.json"
_NAMED = 3  # how many files a message names
_MOST = 2**31  # classes are int32
_LARGEST = float(np.finfo(np.float32).max)  # of a vector; NaN is not below it


@dataclasses.dataclass(frozen=True)
class Told:
    """What a `dataset.json` tells of the images.

    Attributes:
        labels: int32 class of each image, `(n,)`, or None.
        conditions: float32 vector of each image, `(n, d)`, or None.
        class_names: Names of the classes, or None where the file has none.
        notes: What is worth a line in the log.
    """

    labels: np.ndarray | None = None
    conditions: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    class_names: tuple[str, ...] | None = None


def read(archive: Folder | Zip, file: str, images: Sequence[str]) -> Told | None:
    """Reads the labels of images; None where the file is no StyleGAN data set's.

    Args:
        archive: The `Folder` or `Zip` of the images.
        file: Name of the `dataset.json` in it, whose folder the names in it start from.
        images: Names of all images.

    Raises a `ValueError` if the file cannot be read, an image has no label, or the
    labels are neither all classes nor all vectors of one length.
    """
    place = archive.path / file
    try:
        with archive.open(file) as data:
            content = json.loads(data.read())
    except (ValueError, OSError, RecursionError) as error:
        raise ValueError(
            f"{place} must be the JSON of a StyleGAN data set; one that is not may "
            f"have another name. Received: {error}"
        ) from error
    if not isinstance(content, dict) or "labels" not in content:
        return None
    if content["labels"] is None:
        return Told()
    by_file = _by_file(place, content["labels"])
    top = file.removesuffix(NAME)
    inside = [image.removeprefix(top) for image in images]
    missing = [image for image in inside if by_file.get(image) is None]
    if missing:
        raise ValueError(
            f"{place} must have a label for each image, or `null` for all. Received: "
            f"none for {len(missing)} of {len(inside)} images "
            f"({naming.listed(missing, _NAMED)})"
        )
    told = _told(place, inside, by_file)
    names = _class_names(place, content, told.labels)
    return dataclasses.replace(told, class_names=names)


def text(
    labels: Mapping[str, int | list[float]] | None,
    class_names: Sequence[str] | None = None,
) -> str:
    """Returns the content of a `dataset.json`.

    Args:
        labels: Class or vector of each image by its name; None: there are none.
        class_names: Names of the classes, or None.
    """
    content = {"labels": labels and [list(pair) for pair in labels.items()]}
    names = {} if class_names is None else {"class_names": list(class_names)}
    return json.dumps(content | names)


def _class_names(place, content, labels):
    names = content.get("class_names")
    if names is None or labels is None:
        return None
    listed = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not listed or len(names) <= labels.max():
        raise ValueError(
            f"`class_names` in {place} must be a list of texts, one for each class, at "
            f"least {labels.max() + 1}. Received: {_short(names)}"
        )
    return tuple(names)


def _by_file(place: pathlib.Path, pairs: object) -> dict:
    items = list(pairs.items()) if isinstance(pairs, dict) else pairs
    for item in items if isinstance(items, list) else [items]:
        pair = isinstance(item, (list, tuple)) and len(item) == 2
        if not pair or not isinstance(item[0], str):
            raise ValueError(
                f"`labels` in {place} must be null or a list of pairs [file, label]. "
                f"Received: {_short(item)}"
            )
    found = {name.replace("\\", "/"): label for name, label in items}
    for name, label in items:
        if found[name.replace("\\", "/")] != label:
            raise ValueError(f"{place} must have one label for {name}. Received: two")
    return found


def _told(place: pathlib.Path, images: list[str], by_file: dict) -> Told:
    labels = [by_file[image] for image in images]
    first = "class" if _is_class(labels[0]) else "list of numbers"
    fits = _is_class if first == "class" else _is_vector
    for image, label in zip(images, labels, strict=True):
        if not fits(label) or (fits is _is_vector and len(label) != len(labels[0])):
            length = "" if fits is _is_class else f" as long as that of {images[0]}"
            kinds = f"a {first}{length}"
            if image == images[0]:
                kinds = "a class from 0 on or a list of numbers"
            raise ValueError(
                f"The label of {image} in {place} must be {kinds}. Received: "
                f"{_short(label)}"
            )
    others = len(by_file) - len({*images} & by_file.keys())
    notes = [f"labels in {NAME} without an image: {others}"] * bool(others)
    if fits is _is_vector:
        return Told(conditions=np.array(labels, np.float32), notes=tuple(notes))
    classes = np.array(labels, np.int32)
    count = int(classes.max()) + 1
    absent = sorted({*range(count)} - {*classes.tolist()}) if count < 10**6 else []
    if absent:
        named = naming.listed([str(label) for label in absent], _NAMED)
        notes.append(f"{len(absent)} of {count} classes have no image ({named})")
    return Told(labels=classes, notes=tuple(notes))


def _is_class(label: object) -> bool:
    number = isinstance(label, (int, float)) and not isinstance(label, bool)
    return number and 0 <= label < _MOST and label == int(label)


def _is_vector(label: object) -> bool:
    if not isinstance(label, list) or not label:
        return False
    numbers = all(isinstance(value, (int, float)) for value in label)
    return numbers and all(abs(value) <= _LARGEST for value in label)


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) < 60 else f"{text[:60]}..."
