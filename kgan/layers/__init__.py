"""Layers that Keras lacks; importing this package registers all of them."""

from kgan.layers.batch_normalization import BatchNormalization as BatchNormalization
from kgan.layers.blur_pooling import BlurPooling2D as BlurPooling2D
from kgan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization as ConditionalBatchNormalization,
)
from kgan.layers.dropout import Dropout as Dropout
from kgan.layers.equalized import EqualizedConv2D as EqualizedConv2D
from kgan.layers.equalized import EqualizedDense as EqualizedDense
from kgan.layers.equalized import EqualizedEmbedding as EqualizedEmbedding
from kgan.layers.image_pool import ImagePool as ImagePool
from kgan.layers.learned_constant import LearnedConstant as LearnedConstant
from kgan.layers.maxout import Maxout as Maxout
from kgan.layers.minibatch_discrimination import (
    MinibatchDiscrimination as MinibatchDiscrimination,
)
from kgan.layers.minibatch_standard_deviation import (
    MinibatchStandardDeviation as MinibatchStandardDeviation,
)
from kgan.layers.modulated_conv2d import ModulatedConv2D as ModulatedConv2D
from kgan.layers.noise_injection import NoiseInjection as NoiseInjection
from kgan.layers.pixel_normalization import PixelNormalization as PixelNormalization
from kgan.layers.projection import Projection as Projection
from kgan.layers.reflection_padding import CropLike as CropLike
from kgan.layers.reflection_padding import PadToMultiple as PadToMultiple
from kgan.layers.reflection_padding import ReflectionPadding2D as ReflectionPadding2D
from kgan.layers.resampling import BilinearUpSampling2D as BilinearUpSampling2D
from kgan.layers.resampling import FIRDownSampling2D as FIRDownSampling2D
from kgan.layers.resampling import FIRUpSampling2D as FIRUpSampling2D
from kgan.layers.self_attention import SelfAttention as SelfAttention
from kgan.layers.spectral_normalization import (
    SpectralNormalization as SpectralNormalization,
)
from kgan.layers.style_mixing import OtherLatents as OtherLatents
from kgan.layers.style_mixing import StyleMixing as StyleMixing
from kgan.layers.table_rows import FirstLatents as FirstLatents
from kgan.layers.table_rows import TableRows as TableRows
from kgan.layers.truncation import Truncation as Truncation
from kgan.layers.virtual_batch_normalization import (
    VirtualBatchNormalization as VirtualBatchNormalization,
)
from kgan.layers.with_reference import WithReference as WithReference
