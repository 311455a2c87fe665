"""Families of networks: builders of a generator, a discriminator, or the pair."""

from collections.abc import Callable
from typing import Any

from kgan.models.bigan import bigan as bigan
from kgan.models.dcgan import dcgan as dcgan
from kgan.models.dcgan import dcgan_discriminator as dcgan_discriminator
from kgan.models.dcgan import dcgan_generator as dcgan_generator
from kgan.models.freezing import freeze_from_image as freeze_from_image
from kgan.models.mapped import Mapped as Mapped
from kgan.models.mapped import mapped_dcgan as mapped_dcgan
from kgan.models.mapped import mapped_dcgan_discriminator as mapped_dcgan_discriminator
from kgan.models.mapped import mapped_dcgan_generator as mapped_dcgan_generator
from kgan.models.mapped import mapping_network as mapping_network
from kgan.models.mlp import mlp as mlp
from kgan.models.mlp import mlp_discriminator as mlp_discriminator
from kgan.models.mlp import mlp_generator as mlp_generator
from kgan.models.packed import Packed as Packed
from kgan.models.patch_projector import patch_projector as patch_projector
from kgan.models.patchgan import PatchGAN as PatchGAN
from kgan.models.patchgan import patchgan as patchgan
from kgan.models.resnet_translator import ResNetTranslator as ResNetTranslator
from kgan.models.resnet_translator import resnet_translator as resnet_translator
from kgan.models.style_generator import StyleGenerator as StyleGenerator
from kgan.models.style_options import stylegan2_options as stylegan2_options
from kgan.models.stylegan2 import stylegan2 as stylegan2
from kgan.models.stylegan2 import stylegan2_discriminator as stylegan2_discriminator
from kgan.models.stylegan2 import stylegan2_generator as stylegan2_generator
from kgan.models.tabular import table_discriminator as table_discriminator
from kgan.models.tabular import table_generator as table_generator
from kgan.models.unet import unet as unet

# `kgan.published` has them: `kgan` sets them, which stands above both.
load_stylegan2: Callable[..., Any]
load_translator: Callable[..., Any]
transfer: Callable[..., Any]
