"""kgan: generative adversarial networks that behave like every other Keras model."""

from kgan import startup as startup  # first: it decides what TensorFlow may print
from kgan import seeds as seeds

__version__ = "0.1.0"
