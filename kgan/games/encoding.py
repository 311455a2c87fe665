"""Methods of a trained game with an encoder: latents of given data."""

import numpy as np
import tensorflow as tf

from kgan import losses
from kgan.core import backend
from kgan.core.pictures import is_picture
from kgan.export.endpoints import Endpoint, Input
from kgan.games.endpoints import named
from kgan.games.sampler import (
    Sampler,
    as_floats,
    data_name,
    in_batches,
    to_float,
    to_uint8,
)


class Encoding:
    """Mixin of games of latents whose `encoder` maps data back to latents."""

    ema_generator, num_classes, scorer = None, None, None
    adversarial_loss = losses.get("minimax")

    def _serve(self):
        """Sets what `kgan.games.generative.Generative` reads; for the constructor."""
        self.data_shape = tuple(self.generator.output_shape[1:])
        is_image = self.is_image
        self.raw_sampler = Sampler(self.generator, self.prior, None, is_image=is_image)
        self.averaged_sampler = self.raw_sampler

    @property
    def is_image(self):
        """Whether data are images in [−1, 1]."""
        return is_picture(self.data_shape)

    def call(self, inputs):
        return self.generator(inputs, training=False)

    def encode(self, data: np.ndarray, batch_size: int = 128) -> np.ndarray:
        """Computes E(x), the latents of data, float32 `(examples, latent_dim)`.

        Args:
            data: Array of images, float32 in [−1, 1] or uint8, or of other values.
            batch_size: Examples in memory at a time.
        """
        data = as_floats("data", data, self.data_shape, self.is_image)
        return in_batches(self._encoded, batch_size, data)

    def _encoded(self, data):
        return np.asarray(backend.infer(self.encoder, data), np.float32)

    def reconstruct(self, data: np.ndarray, batch_size: int = 128) -> np.ndarray:
        """Computes G(E(x)): uint8 images, or float32 values; see `encode`."""
        return self.decode(self.encode(data, batch_size), batch_size=batch_size)

    def shown(self, rows=None, seed=0, examples=None, columns=8):
        """Returns samples; beside a batch of data, what becomes of it, too."""
        found = super().shown(rows, seed, columns=columns)
        if examples is not None:
            real = np.asarray(self.unpack(examples)["real"])[: len(found["samples 0"])]
            found |= {
                "real": to_uint8(real).numpy() if self.is_image else real,
                "G(E(x))": self.reconstruct(real),
            }
        return found

    def endpoints(self, **options):
        served = super().endpoints(**options)
        is_image, name = self.is_image, data_name(self.is_image, self.data_shape)
        dtype = tf.uint8 if is_image else tf.float32
        spec = tf.TensorSpec((None, *self.data_shape), dtype, name)

        def latents_of(data, _):
            data = to_float(data) if is_image else data
            return {"latents": tf.cast(self.encoder(data, training=False), tf.float32)}

        served.endpoints["encode"] = Endpoint(
            named(name, latents_of),
            (Input(spec, "in [0, 255]" if is_image else "finite", 0),),
            {"latents": f"float32 (batch, {self.latent_dim})"},
            (self.encoder,),
        )
        return served
