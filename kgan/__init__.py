"""kgan: generative adversarial networks that behave like every other Keras model.

Importing it registers all classes, so that `keras.models.load_model` finds them.
"""

from kgan import startup as startup  # isort: skip  (it decides what TensorFlow prints)

from kgan import alternation as alternation
from kgan import augment as augment
from kgan import callbacks as callbacks
from kgan import data as data
from kgan import directions as directions
from kgan import explore as explore
from kgan import export as export
from kgan import latents as latents
from kgan import layers as layers
from kgan import losses as losses
from kgan import metrics as metrics
from kgan import models as models
from kgan import objectives as objectives
from kgan import penalties as penalties
from kgan import priors as priors
from kgan import recipes as recipes
from kgan import regularizers as regularizers
from kgan import report as report
from kgan import seeds as seeds
from kgan import terms as terms
from kgan import top_k as top_k
from kgan import training as training
from kgan.gan import GAN as GAN

__version__ = "0.1.0"
