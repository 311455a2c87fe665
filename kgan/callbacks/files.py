"""Writes PNG and GIF files atomically."""

import numpy as np

from kgan.core.atomic_files import write_atomically

# A film of more frames shows no more, and takes longer to write and to load.
MAX_FRAMES = 120
_FILM_MS = 12_000
_FRAME_MS = (50, 500)
_LAST_FRAME_MS = 3_000


def write_png(path, picture):
    """Writes a uint8 picture `(height, width, channels)` as a PNG file, atomically."""
    write_atomically(path, png(picture))


def png(picture):
    """Returns the function that writes a picture as PNG; see `write_png`."""
    return image(picture).save


def image(picture):
    """Returns a uint8 picture `(height, width, channels)` as a `PIL.Image.Image`."""
    from PIL import Image

    gray = picture.shape[-1] == 1
    return Image.fromarray(picture[..., 0] if gray else picture)


def write_gif(path, pictures):
    """Writes a film of pictures, atomically.

    It takes about 12 seconds, has 120 frames at most, and repeats. `pictures`, at least
    one, are of one size and in order: paths of files, or arrays as in `write_png`.
    """
    write_atomically(path, gif(pictures))


def gif(pictures):
    """Returns the function that writes a film of pictures; see `write_gif`."""
    pictures = list(pictures)
    count = min(len(pictures), MAX_FRAMES)
    places = np.linspace(0, len(pictures) - 1, count).round().astype(int)

    def write(path):
        frames = (_frame(pictures[place]) for place in places)
        film = {"append_images": frames, "duration": durations(count), "loop": 0}
        next(frames).save(path, save_all=True, **film)

    return write


def durations(count):
    """Returns how long each of `count` frames is shown, in milliseconds, by 10."""
    each = int(np.clip(_FILM_MS / count, *_FRAME_MS)) // 10 * 10
    return [each] * (count - 1) + [_LAST_FRAME_MS]


def _frame(picture):
    """Returns a picture as a GIF can hold it: 256 colours, nothing transparent."""
    from PIL import Image

    array = isinstance(picture, np.ndarray)
    with image(picture) if array else Image.open(picture) as frame:
        if frame.mode == "L":
            return frame.copy()
        if frame.mode == "RGBA":
            white = Image.new("RGBA", frame.size, "white")
            frame = Image.alpha_composite(white, frame)
        return frame.convert("RGB").quantize(dither=Image.Dither.NONE)
