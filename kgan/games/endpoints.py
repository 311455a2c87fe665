"""Endpoints of a game of latents."""

import functools

import tensorflow as tf

from kgan import latents
from kgan.core import arguments
from kgan.export import requirements
from kgan.export.endpoints import Endpoint, Input
from kgan.export.requests import MAX_REQUESTS, Requests
from kgan.games.sampler import data_name, to_float

# Images that go through the network at a time, as in `GAN.generate`: then the same
# kernels give the same bits.
_CHUNK = 128
_PNG_CHANNELS = (1, 2, 3, 4)
# With as many in each of the requests that are joined, indices still have 32 bits.
_MOST_IMAGES = 10**6


class Signatures:
    """The endpoints of a generator, and of a discriminator if it is served as well.

    - `serving_default`: `latents` float32 `(batch, latent_dim)` → `images` float32
      `(batch, height, width, channels)` in [0, 1].
    - `generate`: `num_images` int32, `seed` int64, `truncation` float32 in [0, 1] →
      `images` uint8 `(num_images, height, width, channels)`, those of `gan.generate`.
    - `generate_png`: the same → `image_bytes`, PNG files, `(num_images,)`.
    - `interpolate`: `steps` int32, `first_seed` and `second_seed` int64, `truncation`
      → `images` uint8 `(steps, height, width, channels)`, those of `gan.interpolate`.
    - `discriminate`, with a scorer: `images` uint8 `(batch, height, width, channels)` →
      `score` float32 `(batch,)`, and `probability` where the loss has one.

    Conditional models take `labels` int32, too: one for each row, and in requests by
    seed one for all images or one for each; −1 stands for all classes in turn. Models
    of points return `points`, those of other data that are no images `values`, float32,
    and no PNG. Numbers of requests may have an axis more, and so have the answers then:
    that is how TensorFlow Serving joins requests.

    Args:
        sampler: The `kgan.games.sampler.Sampler` of the network that is served.
        data_shape: Shape of a sample.
        max_images: The most images of one request, and about the most rows of one
            call; in [2, 10⁶].
        scorer: A `kgan.games.scorer.Scorer` where D is served as well, or None.
    """

    def __init__(self, sampler, data_shape, max_images, scorer=None):
        if arguments.integer("`max_images`", max_images, 2) > _MOST_IMAGES:
            raise ValueError(
                f"`max_images` must be at most {_MOST_IMAGES:,}. Received: {max_images}"
            )
        self.sampler = sampler
        self.prior = sampler.prior
        self.num_classes = sampler.num_classes
        self.data_shape = tuple(data_shape)
        self.max_images = max_images
        # A batch that a server joins from requests of one row each must pass.
        self.max_rows = max(max_images, MAX_REQUESTS)
        self.scorer = scorer
        self.is_image = sampler.is_image
        self.data_name = data_name(self.is_image, self.data_shape)

    @functools.cached_property
    def endpoints(self):
        """A `kgan.export.endpoints.Endpoint` by name."""
        drawn = {self.data_name: self._samples_in_words("num_images")}
        found = {
            "serving_default": self._of_latents(),
            "generate": self._by_seed(self.generate, drawn),
            "interpolate": self._by_seeds(),
        }
        if self.is_image and self.data_shape[-1] in _PNG_CHANNELS:
            files = {"image_bytes": "string (num_images), PNG files"}
            found["generate_png"] = self._by_seed(self.generate_png, files)
        if self.sampler.has_styles:
            found["decode"] = self._of_latents(self.decode, self._truncation_of_row())
        if self.scorer is not None:
            found["discriminate"] = self._of_data()
        return found

    # === The functions ===

    def from_latents(self, latents, labels=None, truncation=None):
        """Generates samples from latents: images in [0, 1], or values as they are."""
        rows = self._rows("latents", latents, (self.prior.latent_dim,))
        rows = requirements.finite(rows, "`latents` must be finite")
        labels = self._row_labels(labels, rows)
        samples = self.sampler.samples(rows, labels, truncation)
        # Latents of 10³⁸ are finite, and what a network makes of them is not.
        expected = "`latents` must give finite samples: let the prior draw them"
        return to_served(requirements.finite(samples, expected), self.is_image)

    def decode(self, latents, truncation, labels=None):
        """Generates as `from_latents`, with a ψ for each row."""
        psi = requirements.as_many("truncation", truncation, tf.shape(latents)[0])
        psi = requirements.between("truncation", psi, 0.0, 1.0)
        return self.from_latents(latents, labels, psi)

    def generate(self, num_images, seed, labels, truncation):
        """Generates images 0 to `num_images` of a seed, as `GAN.generate` does."""
        requests, images = self._generate(num_images, seed, labels, truncation)
        return {self.data_name: requests.answer(images)}

    def generate_png(self, num_images, seed, labels, truncation):
        """Generates PNG files of the images of `generate`."""
        requests, images = self._generate(num_images, seed, labels, truncation)
        files = tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string)
        # TensorFlow Serving encodes as base64 what is named so.
        return {"image_bytes": requests.answer(files)}

    def _generate(self, num_images, seed, labels, truncation):
        requests = Requests("num_images", num_images, 1, self.max_images)
        drawn = requests.join(
            lambda count, seed: latents.latents_at(
                self.prior, latents.table(seed), 0, count
            ),
            _seeds(requests, "seed", seed),
        )
        in_turn = requests.index()
        return requests, self._samples(requests, drawn, labels, in_turn, truncation)

    def interpolate(self, steps, first_seed, second_seed, labels, truncation):
        """Generates images from one seed's to another's, as `GAN.interpolate` does."""
        requests = Requests("steps", steps, 2, self.max_images)
        drawn = requests.join(
            lambda count, first, second: latents.walk(self.prior, first, second, count),
            _seeds(requests, "first_seed", first_seed),
            _seeds(requests, "second_seed", second_seed),
        )
        images = self._samples(requests, drawn, labels, 0, truncation)
        return {self.data_name: requests.answer(images)}

    def discriminate(self, data, labels=None):
        """Returns D's scores of real or generated data."""
        rows = self._rows(self.data_name, data, self.data_shape)
        if not self.is_image:
            rows = requirements.finite(rows, f"`{self.data_name}` must be finite")
        labels = self._row_labels(labels, rows)
        return self.scorer.outputs(to_float(rows) if self.is_image else rows, labels)

    def _rows(self, name, value, shape):
        value = requirements.rows(name, value, shape)
        few = tf.shape(value)[0] <= self.max_rows
        expected = f"`{name}` must have at most {self.max_rows} rows"
        return requirements.require(value, few, expected)

    def _row_labels(self, labels, rows):
        if labels is None:
            return None
        labels = requirements.as_many("labels", labels, tf.shape(rows)[0])
        return self._known(labels, 0)

    def _known(self, labels, minimum):
        return requirements.between("labels", labels, minimum, self.num_classes - 1)

    def _samples(self, requests, drawn, labels, left_open, truncation):
        """Generates from the latents of all requests; labels may be left open."""
        psi = requests.each("truncation", truncation)
        psi = requests.spread(requirements.between("truncation", psi, 0.0, 1.0))
        rows = [psi, drawn]
        if self.num_classes is not None:
            labels = requests.each_image("labels", self._known(labels, -1))
            rows.append(tf.where(labels < 0, left_open % self.num_classes, labels))
        dtype = tf.uint8 if self.is_image else tf.float32
        spec = tf.TensorSpec((None, *self.data_shape), dtype)

        def decode(psi, *rows):
            return self.sampler.decode(*rows, truncation=psi)

        return in_chunks(decode, spec, *rows)

    # === Inputs and outputs ===

    def _of_latents(self, function=None, *further):
        latent, *labels = row_specs(self.sampler)
        inputs = [Input(latent, "finite, as the prior draws them", 0.0), *further]
        inputs += map(self._class_of_row, labels)
        outputs = {
            self.data_name: self._samples_in_words("batch", "float32", "in [0, 1]")
        }
        return self._generating(function or _plain(self.from_latents), inputs, outputs)

    def _generating(self, function, inputs, outputs):
        return Endpoint(function, tuple(inputs), outputs, (self.sampler.network,))

    def _of_data(self):
        dtype = tf.uint8 if self.is_image else tf.float32
        spec = tf.TensorSpec((None, *self.data_shape), dtype, self.data_name)
        data, *labels = _with_labels(spec, self.scorer.num_classes)
        gives = {"score": "float32 (batch)"}
        if self.scorer.loss.probabilistic:
            gives["probability"] = "float32 (batch), in [0, 1]: of being real"
        values = "in [0, 255]" if self.is_image else "finite"
        inputs = (Input(data, values, 0), *map(self._class_of_row, labels))
        networks = (self.scorer.discriminator,)
        function = named(self.data_name, self.discriminate)
        return Endpoint(function, inputs, gives, networks)

    def _by_seed(self, function, gives):
        # TensorFlow names inputs after the arguments, and keeps their defaults.
        labels, truncation = self._class_in_turn(), self._truncation()
        in_turn, whole = labels.default_value(), truncation.default_value()

        def plain(num_images, seed, truncation=whole):
            return function(num_images, seed, None, truncation)

        def by_class(num_images, seed, labels=in_turn, truncation=whole):
            return function(num_images, seed, labels, truncation)

        numbers = (self._count("num_images", 1), _seed("seed"))
        if self.num_classes is None:
            return self._generating(plain, (*numbers, truncation), gives)
        return self._generating(by_class, (*numbers, labels, truncation), gives)

    def _by_seeds(self):
        labels, truncation = self._class_in_turn(), self._truncation()
        in_turn, whole = labels.default_value(), truncation.default_value()

        def plain(steps, first_seed, second_seed, truncation=whole):
            return self.interpolate(steps, first_seed, second_seed, None, truncation)

        def by_class(steps, first_seed, second_seed, labels=in_turn, truncation=whole):
            return self.interpolate(steps, first_seed, second_seed, labels, truncation)

        seeds = _seed("first_seed"), _seed("second_seed")
        numbers = (self._count("steps", 2), *seeds)
        gives = {self.data_name: self._samples_in_words("steps")}
        if self.num_classes is None:
            return self._generating(plain, (*numbers, truncation), gives)
        return self._generating(by_class, (*numbers, labels, truncation), gives)

    def _samples_in_words(self, first, dtype="uint8", values="in [0, 255]"):
        shape = ", ".join(map(str, (first, *self.data_shape)))
        if not self.is_image:
            return f"float32 ({shape})"
        return f"{dtype} ({shape}), {values}"

    def _count(self, name, minimum):
        values = f"in [{minimum}, {self.max_images}]"
        return Input(_number(name, tf.int32), values, minimum)

    def _class_of_row(self, spec):
        return Input(spec, f"in [0, {self.num_classes - 1}]", 0)

    def _class_in_turn(self):
        known = f"in [0, {(self.num_classes or 1) - 1}]"
        values = f"{known}, or −1: all classes in turn, in a walk class 0"
        return Input(_number("labels", tf.int32), values, -1, default=-1)

    def _truncation_of_row(self):
        spec = tf.TensorSpec((None,), tf.float32, "truncation")
        return Input(spec, "in [0, 1]: how far styles are from their mean", 1.0)

    def _truncation(self):
        spec = _number("truncation", tf.float32)
        return Input(spec, "in [0, 1]", 1.0, default=1.0)


def _plain(function):
    """Returns a function without the argument `truncation`, which is no input."""
    return lambda latents, labels=None: function(latents, labels)


def named(data_name, function):
    """Returns a function of data, and perhaps labels, whose argument has the name.

    TensorFlow names inputs after the arguments.
    """
    return {
        "images": lambda images, labels=None: function(images, labels),
        "points": lambda points, labels=None: function(points, labels),
        "values": lambda values, labels=None: function(values, labels),
    }[data_name]


def to_served(samples, is_image):
    """Returns samples by name, images scaled from [−1, 1] to [0, 1]."""
    if is_image:
        samples = tf.clip_by_value((samples + 1.0) / 2.0, 0.0, 1.0)
    return {data_name(is_image, samples.shape[1:]): samples}


def row_specs(sampler):
    """Returns the specs of a network's inputs: latents, and labels where it has any."""
    width = sampler.prior.latent_dim
    spec = tf.TensorSpec((None, width), tf.float32, "latents")
    return _with_labels(spec, sampler.num_classes)


def _with_labels(spec, num_classes):
    labels = tf.TensorSpec((None,), tf.int32, "labels")
    return [spec] if num_classes is None else [spec, labels]


def _number(name, dtype):
    """Returns a spec of a number, or of one for each request: of any axes."""
    return tf.TensorSpec(None, dtype, name)


def _seed(name):
    return Input(_number(name, tf.int64), "in [0, 2⁶²)", 1)


def _seeds(requests, name, values):
    values = requests.each(name, values)
    return requirements.between(name, values, 0, latents.LARGEST_SEED)


def in_chunks(decode, spec, *rows, size=_CHUNK):
    """Returns the results of a network for all rows, a bounded number at a time.

    Args:
        decode: Function of tensors with as many rows as `rows`.
        spec: Dtype and shape of its output, a `tf.TensorSpec`.
        *rows: Tensors with an equal number of rows, at least one.
        size: The most rows at a time.
    """
    chunks = (tf.shape(rows[0])[0] + size - 1) // size
    results = tf.TensorArray(
        spec.dtype, size=chunks, element_shape=spec.shape, infer_shape=False
    )

    def step(index, results):
        part = slice(index * size, (index + 1) * size)
        return index + 1, results.write(index, decode(*(r[part] for r in rows)))

    _, results = tf.while_loop(
        lambda index, _: index < chunks, step, (0, results), parallel_iterations=1
    )
    return results.concat()
