"""Endpoints of a game of translation."""

import functools

import numpy as np
import tensorflow as tf

from kgan.export import requirements
from kgan.export.endpoints import Endpoint, Input, Portable, Servable
from kgan.games.sampler import data_name, to_float, to_uint8

_PNG_CHANNELS = (1, 2, 3, 4)
_EXAMPLE_SIDE = 64  # of an image where networks take any, and nobody knows the data's
_COMPARED = 2**19  # pixels by which a file for other runtimes is compared


def servable(game, direction=None):
    """Returns the `Servable` of a game of translation.

    - `translate`, which is the `serving_default` too: `images` uint8 `(batch, height,
      width, channels)` → `images` uint8. What is no picture is float32 `values`.
    - `translate_png`: `image_bytes` `(batch,)`, PNG, JPEG or BMP files → `image_bytes`,
      PNG files. What is transparent is laid over white.

    The second direction of a game of two has `translate_to_source` and
    `translate_to_source_png`. Translations that are drawn take `seeds` int64
    `(batch,)`, too. Images of one request of `translate` have one size; files may
    have any that the network takes.

    Args:
        game: A `kgan.games.translation.Translation`.
        direction: Name of the only direction that is served, as `translate`; None: all.
    """
    names = list(game.directions) if direction is None else [direction]
    ways = [Served(game.direction(name)) for name in names]
    endpoints = {"serving_default": ways[0].endpoint}
    for place, (name, way) in enumerate(zip(names, ways, strict=True)):
        called = f"translate_{name}" if place else "translate"
        endpoints[called] = way.endpoint
        if way.has_png:
            endpoints[f"{called}_png"] = way.png_endpoint
    found = Servable.of(game, endpoints)
    return Servable(
        endpoints,
        found.summary,
        found.facts,
        notes=_NOTES if any(w.has_png for w in ways) else "",
        record=_record(game, names, ways),
        portable=ways[0].portable,
    )


_NOTES = """
Requests by files have a name that ends in `_bytes`, which TensorFlow Serving's REST
interface takes and returns as base64, `{"b64": "..."}`.
""".strip()


def _record(game, names, ways):
    """Returns what `kgan.games.exported_translation` reads."""
    found = {
        "game": type(game).__name__,
        "step": game.step,
        "directions": {
            name: {
                "takes": list(way.direction.takes),
                "returns": list(way.direction.returns),
                "source_shape": list(way.direction.source_shape),
                "target_shape": list(way.direction.target_shape),
                "is_random": way.direction.is_random,
            }
            for name, way in zip(names, ways, strict=True)
        },
    }
    return found if game.notice is None else {**found, "notice": game.notice}


class Served:
    """The endpoints of one direction.

    Args:
        direction: A `kgan.games.direction.Direction`.
    """

    def __init__(self, direction):
        self.direction = direction
        self.takes, self.returns = direction.takes, direction.returns
        self.from_images, self.to_images = direction.from_images, direction.to_images
        self.given = data_name(self.from_images, self.takes)
        self.answered = data_name(self.to_images, self.returns)
        open_sides = (s or _EXAMPLE_SIDE for s in direction.source_shape)
        self.example_shape = tuple(open_sides)

    @property
    def has_png(self):
        """Whether both sides are pictures that a file can hold."""
        pictures = self.from_images and self.to_images
        return pictures and self.returns[-1] in _PNG_CHANNELS

    # === The functions ===

    def translate(self, images, seeds=None):
        """Translates images of one size."""
        output = self.direction(self._floats(images), seeds)
        return {self.answered: to_uint8(output) if self.to_images else output}

    def _floats(self, images):
        if self.from_images:
            return to_float(images)
        return requirements.finite(images, f"`{self.given}` must be finite")

    def translate_png(self, image_bytes, seeds=None):
        """Translates files, each of its own size."""
        rows = tf.shape(image_bytes, tf.int64)[0]
        seeds = tf.range(rows) if seeds is None else seeds

        def translated(row):
            file, seed = row
            image = decoded(file, self.takes)
            (output,) = self.translate(image[None], seed[None]).values()
            return tf.io.encode_png(output[0])

        spec = tf.TensorSpec((), tf.string)
        files = tf.map_fn(translated, (image_bytes, seeds), fn_output_signature=spec)
        return {"image_bytes": files}

    # === Inputs and outputs ===

    @property
    def spec(self):
        """The spec of the images."""
        dtype = tf.uint8 if self.from_images else tf.float32
        return tf.TensorSpec((None, *self.takes), dtype, self.given)

    @functools.cached_property
    def endpoint(self):
        """The `Endpoint` of arrays."""
        values = "in [0, 255]" if self.from_images else "finite"
        shape = ", ".join("any" if s is None else str(s) for s in self.returns)
        dtype, of = ("uint8", ", in [0, 255]") if self.to_images else ("float32", "")
        given = Input(self.spec, values, 0, shape=self.example_shape)
        function = _named(self.given, self.translate, self.direction.is_random)
        outputs = {self.answered: f"{dtype} (batch, {shape}){of}"}
        return self._endpoint(function, given, outputs)

    @functools.cached_property
    def png_endpoint(self):
        """The `Endpoint` of files."""
        black = np.zeros(self.example_shape, np.uint8)
        example = tf.io.encode_png(black).numpy()
        spec = tf.TensorSpec((None,), tf.string, "image_bytes")
        given = Input(spec, "PNG, JPEG or BMP files", example)
        function = _named("image_bytes", self.translate_png, self.direction.is_random)
        return self._endpoint(function, given, {"image_bytes": "PNG files (batch)"})

    def _endpoint(self, function, given, outputs):
        spec = tf.TensorSpec((None,), tf.int64, "seeds")
        seeds = Input(spec, "in [0, 2⁶²): equal ones draw the same", 0)
        inputs = (given, seeds) if self.direction.is_random else (given,)
        return Endpoint(function, inputs, outputs, (self.direction.network,))

    @property
    def portable(self):
        """The `Portable`: the network alone, of which latents are an input."""
        width = self.direction.latent_dim
        specs = [self.spec]
        if width is not None:
            specs.append(tf.TensorSpec((None, width), tf.float32, "latents"))

        def function(network):
            def translated(images, latents=None):
                images = to_float(images) if self.from_images else images
                inputs = images if latents is None else [images, latents]
                output = network(inputs, training=False)
                # ONNX wants names of outputs that are no input's.
                return {"translated": tf.cast(output, tf.float32)}

            return translated

        height, breadth = (*self.example_shape, 1, 1)[:2]
        return Portable(
            "generator",
            self.direction.network,
            function,
            specs,
            self._examples,
            to_uint8 if self.to_images else None,
            count=int(np.clip(_COMPARED // (height * breadth), 1, 64)),
        )

    def _examples(self, count):
        draw = np.random.default_rng(0)
        pictures = draw.integers(0, 256, (count, *self.example_shape), np.uint8)
        found = {
            self.given: pictures if self.from_images else np.float32(pictures / 255)
        }
        if self.direction.latent_dim is not None:
            numbers = np.arange(count, dtype=np.int64)
            found["latents"] = self.direction.latents(numbers).numpy()
        return found


def decoded(file, shape):
    """Decodes a file as a network takes it: uint8 `(height, width, channels)`.

    What is transparent is laid over white, and colours become gray where the network
    takes gray images.

    Args:
        file: A scalar string.
        shape: Shape of an image; None stands for any side.
    """
    image = tf.io.decode_image(file, expand_animations=False)
    image = tf.ensure_shape(image, (None, None, None))
    channels = tf.shape(image)[-1]
    is_transparent = channels % 2 == 0
    colours = channels - tf.cast(is_transparent, channels.dtype)
    floats = tf.cast(image, tf.float32)
    alpha = tf.where(is_transparent, floats[..., -1:], 255.0) / 255.0
    floats = floats[..., :colours] * alpha + 255.0 * (1.0 - alpha)
    if shape[-1] == 1:
        # As Pillow weighs them, whatever reads the training data.
        weights = tf.constant([0.299, 0.587, 0.114])
        rgb = floats + tf.zeros(3)
        floats = tf.where(
            colours == 1, rgb[..., :1], tf.reduce_sum(rgb * weights, -1, keepdims=True)
        )
    elif shape[-1] == 3:
        floats = floats + tf.zeros(3)
    sides = [tf.shape(image)[axis] for axis in (0, 1)]
    wanted = [side if s is None else s for side, s in zip(sides, shape, strict=False)]
    expected = "`image_bytes` must be images of the size that the network takes"
    fits = tf.reduce_all(tf.equal(sides, wanted))
    floats = requirements.require(floats, fits, expected)
    return tf.ensure_shape(tf.cast(tf.round(floats), tf.uint8), shape)


def _named(name, function, is_random):
    """Returns a function whose arguments are the inputs' names.

    TensorFlow names inputs after the arguments.
    """
    if is_random:
        return {
            "images": lambda images, seeds: function(images, seeds),
            "points": lambda points, seeds: function(points, seeds),
            "values": lambda values, seeds: function(values, seeds),
            "image_bytes": lambda image_bytes, seeds: function(image_bytes, seeds),
        }[name]
    return {
        "images": lambda images: function(images),
        "points": lambda points: function(points),
        "values": lambda values: function(values),
        "image_bytes": lambda image_bytes: function(image_bytes),
    }[name]
