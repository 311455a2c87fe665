"""Layers that Keras lacks; importing this package registers all of them."""

from kgan.layers.dropout import Dropout as Dropout
from kgan.layers.maxout import Maxout as Maxout
