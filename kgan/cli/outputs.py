"""Writes samples: a folder of images, one grid, a film, or an array."""

import pathlib

import numpy as np

from kgan.callbacks import grid
from kgan.callbacks.files import MAX_FRAMES, write_gif, write_png
from kgan.cli.image_folder import ImageFolder
from kgan.core import registry
from kgan.core.atomic_files import check_writable, write_atomically
from kgan.games.sampler import data_name

# Images held in memory at a time when a folder is filled.
_CHUNK = 512
_LARGEST_GRID = 10_000


class Samples:
    """The samples that are asked for, drawn when they are read.

    Attributes:
        file: Name of a sample's file in a folder, by its number.

    Args:
        gan: A trained game of latents.
        count: How many.
        labels: None, one class, or a list with a class for each.
        start: Index of the first sample.
        settings: All that they depend on but for their indices, JSON values by name.
        **options: Further arguments of `gan.generate`.

    Raises:
        ValueError: If there are neither 1 nor `count` labels.
    """

    file = "image-{:06d}.png"

    def __init__(self, gan, count, labels=None, start=0, settings=None, **options):
        if isinstance(labels, list) and len(labels) != count:
            raise ValueError(
                f"`labels` must be one class or {count}, one for each image. "
                f"Received: {len(labels)}"
            )
        self.gan = gan
        self.count = count
        self.labels = labels
        self.start = start
        self.settings = settings or {}
        self.options = options

    def chunks(self, size):
        """Yields `(numbers, array)` until all samples were drawn.

        The numbers are those of `file`, the name of a sample's file.
        """
        for begin in range(0, self.count, size):
            end = min(begin + size, self.count)
            several = isinstance(self.labels, list)
            labels = self.labels[begin:end] if several else self.labels
            yield self._numbered(begin, end, {"labels": labels, **self.options})

    def all(self):
        """Draws all samples as one array."""
        return next(self.chunks(self.count))[1]

    def _numbered(self, begin, end, options):
        first = self.start + begin
        images = self.gan.generate(end - begin, start=first, **options)
        return range(first, self.start + end), images


class SamplesOfSeeds(Samples):
    """The samples of StyleGAN's seeds; see the argument `seeds` of `gan.generate`.

    Args:
        gan: A trained game of latents.
        seeds: List of seeds.
        labels: As of `Samples`, and so are the others.
        settings: The same.
        **options: The same.
    """

    file = "seed{:04d}.png"

    def __init__(self, gan, seeds, labels=None, settings=None, **options):
        super().__init__(gan, len(seeds), labels, settings=settings, **options)
        self.seeds = seeds

    def _numbered(self, begin, end, options):
        seeds = self.seeds[begin:end]
        return seeds, self.gan.generate(seeds=seeds, **options)


class Together:
    """Samples that are drawn all at once, when they are read as those of `Samples`.

    Args:
        count: How many.
        draw: Function that returns them as an array.
        settings: As of `Samples`.
    """

    file = Samples.file

    def __init__(self, count, draw, settings=None):
        self.count = count
        self.all = draw
        self.settings = settings or {}

    def chunks(self, size):
        samples = self.all()
        for begin in range(0, self.count, size):
            numbers = range(begin, min(begin + size, self.count))
            yield numbers, samples[begin : begin + size]


def write_folder(path, samples, rows, columns) -> str:
    """Writes a file for each image, beside those of the same settings."""
    folder = ImageFolder(path, samples.settings)
    folder.check()
    names = []
    for numbers, images in samples.chunks(_CHUNK):
        folder.claim()
        for number, image in zip(numbers, images, strict=True):
            names.append(samples.file.format(number))
            write_png(path / names[-1], image)
    return f"{samples.count} images in {path}: {names[0]} to {names[-1]}"


def write_grid(path, samples, rows, columns) -> str:
    """Writes all images as one picture.

    Raises:
        ValueError: If they are more than anyone looks at.
    """
    if samples.count > _LARGEST_GRID:
        raise ValueError(
            f"A grid holds at most {_LARGEST_GRID} images: let `output` be a folder. "
            f"Received: num_images={samples.count}"
        )
    write_png(path, grid(samples.all(), rows, columns))
    return f"{samples.count} images in {path}"


def write_film(path, samples, rows, columns) -> str:
    """Writes a film, an image a frame, each enlarged as in a grid."""
    if samples.count > MAX_FRAMES:
        raise ValueError(
            f"A film holds at most {MAX_FRAMES} images. Received: {samples.count}"
        )
    write_gif(path, [grid(image[None], gap=0) for image in samples.all()])
    return f"{samples.count} frames in {path}"


def write_array(path, samples, rows, columns) -> str:
    """Writes the samples as a NumPy array: uint8 images or float32 values."""
    path, array = path.with_suffix(".npy"), samples.all()
    write_atomically(path, lambda name: np.save(name, array))
    return f"{array.dtype} array of shape {array.shape} in {path}"


def write_table(path, samples, rows, columns) -> str:
    """Writes points as text, one a line."""
    points = samples.all()
    write_atomically(path, lambda name: np.savetxt(name, points, delimiter=","))
    return f"{len(points)} points in {path}"


IMAGES = {
    "folder": write_folder,
    ".png": write_grid,
    ".gif": write_film,
    ".npy": write_array,
}
VALUES = {"folder": write_array, ".npy": write_array}
POINTS = VALUES | {".csv": write_table}


def check_output(path: pathlib.Path) -> None:
    """Checks that `--output` can be written, before anything is computed for it.

    Raises:
        OSError: If it cannot.
    """
    is_folder = path.is_dir() or not path.suffix
    check_writable(path if is_folder else path.parent, "--output")


def find_writer(path: pathlib.Path, data_shape: tuple, is_image: bool):
    """Returns the function that writes samples of a shape to a path.

    It is a function of path, `Samples`, rows and columns, and returns one line that
    says what it wrote.

    Args:
        path: A folder, or a file whose suffix says what is written.
        data_shape: `(height, width, channels)` of images, `(d,)` of points, any other.
        is_image: Whether samples are images; other data, but for points, are arrays.

    Raises:
        ValueError: If such samples cannot be written to such a file.
    """
    kinds = {"images": IMAGES, "points": POINTS, "values": VALUES}
    what = data_name(is_image, data_shape)
    writers = kinds[what]
    suffix = "folder" if path.is_dir() or not path.suffix else path.suffix
    if suffix not in writers:
        expected = f"`output` must be a folder or end, for {what}, in"
        suffixes = [s for s in writers if s != "folder"]
        raise ValueError(registry.unknown(expected, str(path), suffixes))
    return writers[suffix]
