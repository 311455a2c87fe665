"""Layers that Keras lacks; importing this package registers all of them."""

from kgan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization as ConditionalBatchNormalization,
)
from kgan.layers.dropout import Dropout as Dropout
from kgan.layers.image_pool import ImagePool as ImagePool
from kgan.layers.maxout import Maxout as Maxout
from kgan.layers.minibatch_discrimination import (
    MinibatchDiscrimination as MinibatchDiscrimination,
)
from kgan.layers.minibatch_standard_deviation import (
    MinibatchStandardDeviation as MinibatchStandardDeviation,
)
from kgan.layers.pixel_normalization import PixelNormalization as PixelNormalization
from kgan.layers.projection import Projection as Projection
from kgan.layers.self_attention import SelfAttention as SelfAttention
from kgan.layers.spectral_normalization import (
    SpectralNormalization as SpectralNormalization,
)
from kgan.layers.virtual_batch_normalization import (
    VirtualBatchNormalization as VirtualBatchNormalization,
)
from kgan.layers.with_reference import WithReference as WithReference
