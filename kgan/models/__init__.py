"""Families of networks: builders of a generator, a discriminator, or the pair."""

from kgan.models.dcgan import dcgan as dcgan
from kgan.models.dcgan import dcgan_discriminator as dcgan_discriminator
from kgan.models.dcgan import dcgan_generator as dcgan_generator
from kgan.models.mlp import mlp as mlp
from kgan.models.mlp import mlp_discriminator as mlp_discriminator
from kgan.models.mlp import mlp_generator as mlp_generator
from kgan.models.packed import Packed as Packed
