"""What the networks of translation share: their shapes, convolutions and norms."""

from collections.abc import Callable

import keras
from keras import layers

from kgan.core import registry
from kgan.core.pictures import check_channels_last
from kgan.layers import BatchNormalization, Dropout
from kgan.layers.batch_normalization import STATISTICS
from kgan.models.blocks import normal
from kgan.models.inputs import check_integer

NORMALIZATIONS = ("instance", "batch")
_LONGEST = 8  # channels grow up to 8 times the width


def xavier() -> keras.initializers.Initializer:
    """Returns Glorot and Bengio's normal distribution times 0.02, which CUT has."""
    return keras.initializers.VarianceScaling(
        scale=0.02**2, mode="fan_avg", distribution="untruncated_normal"
    )


# By name, N(0, 0.02²) of pix2pix and CycleGAN, and that of CUT.
INITIALIZERS: dict[str, Callable] = {"normal": normal, "xavier": xavier}


class Parts:
    """Builds the layers of a network, all with one initializer and one normalisation.

    Args:
        normalization: "instance" or "batch".
        initializer: Name of the kernels' initializer in `INITIALIZERS`.
        test_statistics: Of `kgan.layers.BatchNormalization`.
        dtype: Dtype or policy of the layers.
    """

    def __init__(
        self,
        normalization="instance",
        initializer="normal",
        test_statistics="image",
        dtype=None,
    ):
        registry.check_known(
            "`normalization` must be one of", normalization, NORMALIZATIONS
        )
        registry.check_known(
            "`initializer` must be one of", initializer, list(INITIALIZERS)
        )
        registry.check_known(
            "`test_statistics` must be one of", test_statistics, STATISTICS
        )
        self.normalization, self.initializer = normalization, initializer
        self.test_statistics, self.dtype = test_statistics, dtype

    @property
    def by_batch(self):
        """Whether a normalisation has a scale and a shift of its own."""
        return self.normalization == "batch"

    def convolution(self, filters, size, name, up=False, **options):
        """Builds a convolution, or if `up` a transposed one."""
        kind = layers.Conv2DTranspose if up else layers.Conv2D
        options = {"padding": "same", "dtype": self.dtype} | options
        start = self.kernel()
        return kind(filters, size, kernel_initializer=start, name=name, **options)

    def kernel(self):
        """Returns an initializer, a new one for each kernel: one repeats its draws."""
        return INITIALIZERS[self.initializer]()

    def norm(self, name):
        """Builds a normalisation."""
        if self.by_batch:
            return BatchNormalization(
                self.test_statistics,
                gamma_initializer=normal(mean=1.0),
                name=name,
                dtype=self.dtype,
            )
        return layers.GroupNormalization(
            groups=-1,
            center=False,
            scale=False,
            epsilon=1e-5,
            name=name,
            dtype=self.dtype,
        )

    def dropout(self, rate, name, seed, at_test):
        """Builds a dropout, whose `seed` counts only where it drops at test time."""
        return Dropout(
            rate, seed if at_test else None, at_test, name=name, dtype=self.dtype
        )


def check_shape(name, shape):
    """Returns `(height, width, channels)`, sides of any size as None, else raises."""
    sides = tuple(shape) if isinstance(shape, (tuple, list)) else ()
    try:
        sides = tuple(
            None if side is None and axis < 2 else check_integer(name, side, 1)
            for axis, side in enumerate(sides)
        )
    except ValueError:
        sides = ()
    if len(sides) != 3:
        raise ValueError(
            f"`{name}` must be (height, width, channels) with positive integers, or "
            f"None for sides of any size. Received: {shape!r}"
        )
    check_channels_last()
    return sides


def widths(width, stages):
    """Returns the channels of stages, each twice as many up to 8 times the first."""
    width = check_integer("width", width, 1)
    return [width * min(2**stage, _LONGEST) for stage in range(stages)]
