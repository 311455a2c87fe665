"""Picture files that are either whole or not there."""

import os
import pathlib
import re

import numpy as np

# A film of more frames shows no more, and takes longer to write and to load.
_MAX_FRAMES = 120
_FILM_MS = 12_000
_FRAME_MS = (50, 500)
_LAST_FRAME_MS = 3_000


def write_atomically(path, write, durable=False):
    """Writes a file under another name, then renames it.

    Readers, and a run that is interrupted, see the old file or the new one, never half
    of one. The directory is made when it is missing.

    Args:
        path: Where the file shall be.
        write: Function that writes it to the path that it is given, whose suffix is
            that of `path`.
        durable: Whether the file shall outlast a power cut, too: it lies on the disk
            before its name does, and its name before this returns.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(temporary)
        if durable:
            _flush(temporary)
        os.replace(temporary, path)
        if durable:
            _flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def attempt(path, write, durable=False):
    """Writes a file atomically, or says in one line why that is not possible.

    Training costs more than a file: it goes on when a disk is full.

    Args:
        path: Where the file shall be.
        write: As in `write_atomically`.
        durable: As in `write_atomically`.

    Returns:
        Whether the file was written.
    """
    try:
        write_atomically(path, write, durable)
    except OSError as error:
        # The progress bar's line is not finished.
        print(f"\n{path} could not be written: {error}. Training goes on.", flush=True)
        return False
    return True


def leftovers(directory):
    """Lists what killed processes left half written in a directory, not below it."""
    pattern = re.compile(r"\.(.+)\.\d+(\.\w+)?")
    paths = pathlib.Path(directory).glob(".*")
    return [path for path in paths if pattern.fullmatch(path.name) and path.is_file()]


def _flush(path):
    """Waits until a file's content, or a directory's names, lie on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_png(path, picture):
    """Writes a picture as a PNG file, atomically.

    Args:
        path: The file.
        picture: uint8 array of shape `(height, width, channels)`: gray, RGB or RGBA.
    """
    write_atomically(path, png(picture))


def png(picture):
    """Gives the function that writes a picture as PNG; see `write_png`."""
    from PIL import Image

    gray = picture.shape[-1] == 1
    return Image.fromarray(picture[..., 0] if gray else picture).save


def write_gif(path, pictures):
    """Writes a film of picture files, atomically.

    Frames are shown for equal times, 12 seconds in all where that gives each between
    0.05 and 0.5 seconds, and the last one for 3 seconds; the film repeats. Of more
    than 120 pictures, 120 at equal distances are shown, the first and the last among
    them.

    Args:
        path: The file.
        pictures: Paths of picture files of one size, in the order of the film; at
            least one.
    """
    write_atomically(path, gif(pictures))


def gif(pictures):
    """Gives the function that writes a film of picture files; see `write_gif`."""
    pictures = _thinned(list(pictures))

    def write(path):
        frames = (_frame(picture) for picture in pictures)
        next(frames).save(
            path,
            save_all=True,
            append_images=frames,
            duration=durations(len(pictures)),
            loop=0,
        )

    return write


def durations(count):
    """Gives how long each of `count` frames is shown, in milliseconds.

    The GIF format counts in hundredths of a second.
    """
    each = int(np.clip(_FILM_MS / count, *_FRAME_MS)) // 10 * 10
    return [each] * (count - 1) + [_LAST_FRAME_MS]


def _thinned(pictures):
    count = min(len(pictures), _MAX_FRAMES)
    chosen = np.linspace(0, len(pictures) - 1, count).round().astype(int)
    return [pictures[index] for index in chosen]


def _frame(path):
    """Reads a picture as a GIF can hold it: 256 colours, nothing transparent."""
    from PIL import Image

    with Image.open(path) as image:
        if image.mode == "L":
            return image.copy()
        if image.mode == "RGBA":
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image)
        return image.convert("RGB").quantize(dither=Image.Dither.NONE)
