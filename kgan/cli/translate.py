"""Translates images by a trained model: a PNG file for each.

  kgan translate --model=runs/maps-20250101-120000 --input=photos --output=maps
  kgan translate --model=gan.keras --input=sketch.jpg --output=coloured
  kgan translate --model=RUN --direction=to_source --input=zebras
  kgan translate --model=saved_models/maps --input=photos.zip --output=maps
  kgan translate --model=latest_net_G.pth --input=horses --output=zebras

The input is an image, or a folder or ZIP of images, which may have folders. An
output has the name of its input, in the same folder below --output, and ends in
.png; none is written where one of that name lies, unless --overwrite is given.
Images may have any size that the network takes; --image_size brings them to
one. A model of two directions (CycleGAN) translates to its targets, or by
--direction back. A run that learned from label maps reads and writes them as
its recipe says, another model as --source_labels and --target_labels say. A
.pth file is a published generator of pix2pix, CycleGAN or CUT
(docs/published_networks.md). Where outputs are drawn (dropout or latents in
use), image i has those of the seed --seed + i, in the order of the names.
"""

import pathlib

import numpy as np

from kgan.callbacks.files import write_png
from kgan.cli import flags
from kgan.core.atomic_files import check_writable
from kgan.core.pictures import is_picture
from kgan.data import archive, image_files, label_maps
from kgan.games import translation
from kgan.recipes.flag_types import Boolean, Integer, Size, Text
from kgan.runs import directory, provenance

_AT_ONCE = 32  # images of one size that are translated together
_NAMED = 3  # how many files a message names
_ROLES = ("source", "target")


def define(values) -> None:
    """Declares the flags."""
    optional = Text(optional=True)
    for name, kind, default, help in [
        ("model", optional, None, "run directory, .keras or .pth file, exported "
         "folder or hf://USER/NAME"),
        ("input", optional, None, "an image, or a folder or ZIP of images"),
        ("output", Text(), "translated", "folder to write"),
        ("direction", optional, None, "of a model of two: to_target, to_source "
         "(default: to_target)"),
        ("image_size", Size(optional=True), None, "side to which images are brought, "
         "or WIDTHxHEIGHT (default: as they are)"),
        ("source_labels", optional, None, "inputs are label maps: their number of "
         "classes, or the colors (default: the run's)"),
        ("target_labels", optional, None, "the same of outputs"),
        ("seed", Integer(minimum=0), 0, "seed of outputs that are drawn"),
        ("overwrite", Boolean(), False, "replace files in the output folder"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Loads the model and the names of all images, then translates one by one."""
    model = flags.model_of(values)
    if values.input is None:
        raise flags.UsageError("--input must name an image, or a folder or ZIP of them")
    output = pathlib.Path(values.output)
    check_writable(output, "--output")
    place, files = find(values.input)
    paths = outputs(output, files, values.overwrite)
    game = directory.load_generator(model)
    translation.require(game, "`kgan translate`")
    way = game.direction(values.direction)
    window, labels = _recorded(values, game)
    check_pictures(way, *labels)
    images = Images(place, files, way.takes, values.image_size, window, labels[0])
    for numbers, pixels in images.batches():
        try:
            found = game.translate(
                pixels, _AT_ONCE, values.direction, seed=values.seed + numbers[0]
            )
        except ValueError as error:
            raise ValueError(f"{files[numbers[0]]}: {error}") from None
        if labels[1] is not None:
            found = labels[1].palette[found.argmax(axis=-1)]
        for number, image in zip(numbers, found, strict=True):
            write_png(paths[number], image)
    named = paths[0].name if len(paths) == 1 else f"{paths[0].name} to {paths[-1].name}"
    print(f"{len(paths)} images in {output}: {named}")


def find(path: str) -> tuple:
    """Returns the archive in which the images lie, and their names in it, sorted.

    Raises:
        ValueError: If there is nothing, or a folder or ZIP without files.
    """
    path = pathlib.Path(path).expanduser()
    if path.is_file() and not archive.is_there(path):
        return archive.Folder(path.parent), [path.name]
    if not path.exists():
        raise ValueError(
            f"`input` must be an image, or a folder or ZIP of images. Received: {path}"
        )
    found = archive.find(path)
    files, _ = found.walk()
    if not files:
        raise ValueError(f"`input` must hold images. Received: {path}, without a file")
    return found, files


def outputs(folder: pathlib.Path, files: list, overwrite: bool) -> list:
    """Returns the path of each file's translation.

    Raises:
        ValueError: If two have the same one.
        FileExistsError: If one is there and must not be replaced.
    """
    paths = [folder / pathlib.PurePosixPath(file).with_suffix(".png") for file in files]
    by_path = {}
    for file, path in zip(files, paths, strict=True):
        other = by_path.setdefault(path, file)
        if other != file:
            raise ValueError(
                "`input` must have names that differ not only in their ending, which "
                f"an output has not. Received: {other} and {file}"
            )
    there = [str(path) for path in paths if path.exists()]
    if there and not overwrite:
        more = f" and {len(there) - _NAMED} more" if len(there) > _NAMED else ""
        raise FileExistsError(
            f"--output must hold no file of an output's name, unless --overwrite is "
            f"given. Received: {', '.join(there[:_NAMED])}{more}"
        )
    return paths


def check_pictures(way, source_labels=None, target_labels=None) -> None:
    """Checks that a direction leads from pictures, or label maps, to such.

    Raises:
        ValueError: If a side is none that an image file holds.
    """
    for what, shape, labels in (
        ("takes", way.takes, source_labels),
        ("returns", way.returns, target_labels),
    ):
        if labels is None and not (is_picture(shape) and shape[-1] in (1, 3, 4)):
            raise ValueError(
                "`kgan translate` needs a model from images to images of 1, 3 or 4 "
                "channels, or with --source_labels or --target_labels; others have "
                f"`translate` in Python. Received: one that {what} {shape[-1]} channels"
            )


def _recorded(values, game):
    """Returns how inputs of 16 or 32 bits are read, and the labels of both sides.

    They are those of the run, unless flags say others; None where it has none.
    """
    direction = values.direction
    back = direction is not None and direction != next(iter(game.directions))
    roles = _ROLES[::-1] if back else _ROLES
    windows = provenance.windows_of(values.model)
    recorded = provenance.labels_of(values.model)
    # By the role in the training, which says what stands where a class is not.
    labels = [
        label_maps.parse(f"{role}_labels", values[f"{flag}_labels"].value)
        or recorded.get(role)
        for flag, role in zip(_ROLES, roles, strict=True)
    ]
    return windows.get(f"{roles[0]}_window"), labels


class Images:
    """The images of an archive, each as it is or brought to one size.

    Args:
        place: A `kgan.data.archive.Folder` or `Zip`.
        files: Names in it.
        shape: Shape of an image that the network takes; None stands for any side.
        image_size: (height, width), or one for both; None: as they are.
        window: Values of images of 16 or 32 bits that become [−1, 1], or None.
        labels: The `kgan.data.label_maps.Labels` of label maps, or None.

    Raises:
        ValueError: If a file is no readable image, or no label map of these classes, or
            has not the network's size.
    """

    def __init__(self, place, files, shape, image_size=None, window=None, labels=None):
        infos, reasons = image_files.inspect(place, files, window)
        if reasons:
            named = image_files.describe_files(list(reasons.items()))
            raise ValueError(
                f"`input` must hold images alone. Received: {len(reasons)} that are "
                f"none: {named}"
            )
        if labels is not None:
            label_maps.check(place, files, labels)
        self.place, self.files = place, files
        self.window, self.labels = window, labels
        size = [image_size] * 2 if isinstance(image_size, int) else image_size
        self.sizes = [tuple(size or infos[file].size) for file in files]
        self.channels = shape[-1]
        for file, found in zip(files, self.sizes, strict=True):
            if any(s not in (None, f) for s, f in zip(shape, found, strict=False)):
                wanted = " × ".join(map(str, shape[:2]))
                raise ValueError(
                    f"`input` must have images of {wanted} pixels, which the network "
                    f"takes: --image_size={shape[1]}x{shape[0]} brings them to it. "
                    f"Received: {' × '.join(map(str, found))} in {file}"
                )

    def batches(self):
        """Yields `(numbers, images)`: several of one size, in their order."""
        numbers = []
        for number in range(len(self.files)):
            full = len(numbers) == _AT_ONCE
            if numbers and (full or self.sizes[number] != self.sizes[numbers[0]]):
                yield numbers, self._read(numbers)
                numbers = []
            numbers.append(number)
        yield numbers, self._read(numbers)

    def _read(self, numbers):
        size = self.sizes[numbers[0]]
        if self.labels is not None:
            names = [self.files[number] for number in numbers]
            of = "input", self.place, names, size, self.labels
            return label_maps.LabelMaps(*of).read()
        shape = (*size, self.channels)
        return np.stack(
            [
                image_files.decode(self.place, self.files[number], shape, self.window)
                for number in numbers
            ]
        )
