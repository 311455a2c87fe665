"""Sizes, channels and precision of the stages of StyleGAN2's networks."""

import dataclasses
from collections.abc import Sequence

import keras

from kgan.models.inputs import check_image_shape, check_integer

START, LARGEST = 4, 1024


@dataclasses.dataclass(frozen=True)
class Stage:
    """A stage of a network, at one size of its feature maps.

    Attributes:
        size: `(height, width)`.
        channels: Number of channels.
        dtype: Dtype policy of its convolutions.
        clamp: Largest size of an activation, or None.
    """

    size: tuple
    channels: int
    dtype: keras.DTypePolicy
    clamp: float | None

    @property
    def name(self) -> str:
        """Beginning of the names of its layers, as in "b64" or "b48x64"."""
        height, width = self.size
        return f"b{height}" if height == width else f"b{height}x{width}"


def stages(
    image_shape: Sequence[int],
    channel_base: int = 16384,
    channel_max: int = 512,
    half_precision_stages: int = 4,
    clamp: float | None = None,
    dtype=None,
) -> list:
    """Returns all stages, from the start of 4 pixels on the longer side to the image.

    The arguments are those of `kgan.models.stylegan2`.

    Raises:
        ValueError: If the sides are not of the family, or a number is out of range.
    """
    height, width, _ = check_image_shape(image_shape)
    base = check_integer("channel_base", channel_base, 1)
    most = check_integer("channel_max", channel_max, 1)
    halves = check_integer("half_precision_stages", half_precision_stages, 0)
    sizes = _sizes(height, width)
    policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
    if clamp is None and policy.compute_dtype == "float16":
        clamp = 256.0
    full = keras.DTypePolicy("float32")
    return [
        Stage(
            size,
            max(1, min(base // max(size), most)),
            policy if place >= len(sizes) - halves else full,
            clamp,
        )
        for place, size in enumerate(sizes)
    ]


def _sizes(height, width):
    longer, shorter = max(height, width), min(height, width)
    doublings = max(longer // START, 1).bit_length() - 1
    fits = START << doublings == longer <= LARGEST and not shorter % (1 << doublings)
    if not fits:
        near = list(dict.fromkeys(nearest(height, width)))
        rows, columns = near[-1]
        raise ValueError(
            "`image_shape` must have a longer side of 4, 8, 16, ..., 1024 pixels, and "
            "a shorter one of 1 to 4 quarters of it. The nearest, height x width: "
            f"{' and '.join(f'{h}x{w}' for h, w in near)}; --image_size=[{rows},"
            f"{columns}], or image_size=({rows}, {columns}) of kgan.data.load, scales "
            f"images, and `kgan data` crops them. Received: {height}x{width}"
        )
    return [(height >> n, width >> n) for n in reversed(range(doublings + 1))]


def nearest(height: int, width: int) -> tuple:
    """Returns the nearest sizes of the family, no larger and no smaller: two pairs.

    The ratio of the sides is the nearest of 1 to 4 quarters.
    """
    longer, shorter = max(height, width), min(height, width)
    quarters = min(max(round(START * shorter / longer), 1), START)
    power = START
    while 2 * power <= min(longer, LARGEST):
        power *= 2

    def size(longer):
        sides = longer, longer // START * quarters
        return sides if height >= width else sides[::-1]

    return size(power), size(min(2 * power, LARGEST))
