"""kgan: generative adversarial networks that behave like every other Keras model.

Importing it registers all classes, so that `keras.models.load_model` finds them.
"""

from kgan.cli import startup as startup  # isort: skip  (it decides what TensorFlow prints)

from kgan import augment as augment
from kgan import callbacks as callbacks
from kgan import data as data
from kgan import export as export
from kgan import latents as latents
from kgan import layers as layers
from kgan import losses as losses
from kgan import metrics as metrics
from kgan import models as models
from kgan import recipes as recipes
from kgan import report as report
from kgan import tabular as tabular
from kgan.core import seeds as seeds
from kgan.engine import alternation as alternation
from kgan.engine.ema import HalfLife as HalfLife
from kgan.engine.fields import Field as Field
from kgan.engine.game import Game as Game
from kgan.engine.move import Move as Move
from kgan.engine.move import Term as Term
from kgan.engine.optimizers import lazy_adam as lazy_adam
from kgan.games.bigan import BiGAN as BiGAN
from kgan.games.cut import CUT as CUT
from kgan.games.cyclegan import CycleGAN as CycleGAN
from kgan.games.gan import GAN as GAN
from kgan.games.pix2pix import Pix2Pix as Pix2Pix
from kgan.latents import directions as directions
from kgan.latents import priors as priors
from kgan.losses import gradient_penalties, term
from kgan.losses import objectives as objectives
from kgan.losses import regularizers as regularizers
from kgan.losses import top_k as top_k
from kgan.published.stylegan2 import load_stylegan2
from kgan.published.transfer import transfer
from kgan.published.translators import load_translator
from kgan.report import explore as explore
from kgan.runs import train

# They are about games, which stand above the room where users look for them.
models.load_stylegan2, models.transfer = load_stylegan2, transfer
models.load_translator = load_translator

# The names by which users know them.
penalties, terms, training = gradient_penalties, term, train

__version__ = "0.1.0"
