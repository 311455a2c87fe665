"""The functions that an exported generator offers."""

import tensorflow as tf

from kgan import latents
from kgan.export import requirements
from kgan.export.requests import Requests
from kgan.sampling import to_float

# Images that go through the network at a time, as in `GAN.generate`: then the same
# kernels give the same bits.
_CHUNK = 128
_PNG_CHANNELS = (1, 2, 3, 4)


class Signatures:
    """What is served, by name; each a function with named inputs and outputs.

    Args:
        sampler: The `kgan.sampling.Sampler` of the network that is served.
        data_shape: Shape of a sample.
        max_images: The most images of one request.
        scorer: A `kgan.scoring.Scorer` where D is served as well, or None.
    """

    def __init__(self, sampler, data_shape, max_images, scorer=None):
        self.sampler = sampler
        self.prior = sampler.prior
        self.num_classes = sampler.num_classes
        self.data_shape = tuple(data_shape)
        self.max_images = max_images
        self.scorer = scorer
        self.is_image = len(self.data_shape) == 3
        self.data_name = "images" if self.is_image else "points"

    def networks(self):
        """Gives the networks whose variables the functions read."""
        served = [self.sampler.network]
        return served if self.scorer is None else [*served, self.scorer.discriminator]

    def endpoints(self):
        """Gives `(function, specs of its inputs)` by name."""
        found = {
            "serving_default": (self.from_latents, row_specs(self.sampler)),
            "generate": self._by_seed(self.generate),
            "interpolate": self._by_seeds(self.interpolate),
        }
        if self.is_image and self.data_shape[-1] in _PNG_CHANNELS:
            found["generate_png"] = self._by_seed(self.generate_png)
        if self.scorer is not None:
            dtype = tf.uint8 if self.is_image else tf.float32
            data = tf.TensorSpec((None, *self.data_shape), dtype, self.data_name)
            found["discriminate"] = (
                self.discriminate,
                _with_labels(data, self.num_classes),
            )
        return found

    def from_latents(self, latents, labels=None):
        """Gives samples of latents: images in [0, 1], or points."""
        rows = requirements.finite_rows("latents", latents, (self.prior.latent_dim,))
        return to_served(self.sampler.samples(rows, self._row_labels(labels, rows)))

    def generate(self, num_images, seed, labels, truncation):
        """Gives images 0 to `num_images` of a seed, as `GAN.generate` does."""
        requests, images = self._generate(num_images, seed, labels, truncation)
        return {self.data_name: requests.answer(images)}

    def generate_png(self, num_images, seed, labels, truncation):
        """Gives what `generate` gives as PNG files."""
        requests, images = self._generate(num_images, seed, labels, truncation)
        files = tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string)
        # TensorFlow Serving encodes as base64 what is named so.
        return {"image_bytes": requests.answer(files)}

    def _generate(self, num_images, seed, labels, truncation):
        requests = Requests("num_images", num_images, 1, self.max_images)
        seed = requirements.at_least("seed", requests.each("seed", seed), 0)
        psi = requests.each("truncation", truncation)
        psi = requirements.between("truncation", psi, 0.0, 1.0)
        drawn = requests.join(
            lambda count, seed: latents.latents_at(
                self.prior, latents.table(seed), 0, count
            ),
            seed,
        )
        if self.num_classes is not None:
            labels = requests.each_image("labels", self._known(labels, -1))
            turn = requests.index() % self.num_classes
            labels = tf.where(labels < 0, turn, labels)
        return requests, self._samples(drawn, requests.spread(psi), labels)

    def interpolate(self, steps, first_seed, second_seed, labels, truncation):
        """Gives images from one seed's to another's, as `GAN.interpolate` does."""
        requests = Requests("steps", steps, 2, self.max_images)
        seeds = [
            requirements.at_least(name, requests.each(name, value), 0)
            for name, value in (
                ("first_seed", first_seed),
                ("second_seed", second_seed),
            )
        ]
        psi = requests.each("truncation", truncation)
        psi = requirements.between("truncation", psi, 0.0, 1.0)
        drawn = requests.join(
            lambda count, first, second: latents.walk(self.prior, first, second, count),
            *seeds,
        )
        if self.num_classes is not None:
            labels = requests.each_image("labels", self._known(labels, -1))
            labels = tf.maximum(labels, 0)
        images = self._samples(drawn, requests.spread(psi), labels)
        return {self.data_name: requests.answer(images)}

    def discriminate(self, data, labels=None):
        """Gives D's opinion of real or generated data."""
        if self.is_image:
            data = tf.ensure_shape(data, (None, *self.data_shape))
            rows = to_float(data)
        else:
            rows = requirements.finite_rows("points", data, self.data_shape)
        return self.scorer.outputs(rows, self._row_labels(labels, rows))

    def _samples(self, drawn, psi, labels):
        drawn = latents.truncate(self.prior, drawn, psi)
        dtype = tf.uint8 if self.is_image else tf.float32
        spec = tf.TensorSpec((None, *self.data_shape), dtype)
        rows = [drawn] if self.num_classes is None else [drawn, labels]
        return in_chunks(self.sampler.decode, spec, *rows)

    def _row_labels(self, labels, rows):
        if labels is None:
            return None
        labels = requirements.as_many("labels", labels, tf.shape(rows)[0])
        return self._known(labels, 0)

    def _known(self, labels, minimum):
        return requirements.between("labels", labels, minimum, self.num_classes - 1)

    def _by_seed(self, function):
        numbers = [_number("num_images", tf.int32), _number("seed", tf.int64)]
        in_turn, whole = _defaults()

        # TensorFlow names the inputs after the arguments, and keeps their defaults.
        def plain(num_images, seed, truncation=whole):
            return function(num_images, seed, None, truncation)

        def by_class(num_images, seed, labels=in_turn, truncation=whole):
            return function(num_images, seed, labels, truncation)

        return self._of_numbers(plain, by_class, numbers)

    def _by_seeds(self, function):
        seeds = [_number(name, tf.int64) for name in ("first_seed", "second_seed")]
        in_turn, whole = _defaults()

        def plain(steps, first_seed, second_seed, truncation=whole):
            return function(steps, first_seed, second_seed, None, truncation)

        def by_class(steps, first_seed, second_seed, labels=in_turn, truncation=whole):
            return function(steps, first_seed, second_seed, labels, truncation)

        return self._of_numbers(plain, by_class, [_number("steps", tf.int32), *seeds])

    def _of_numbers(self, plain, by_class, numbers):
        truncation = _number("truncation", tf.float32)
        if self.num_classes is None:
            return plain, [*numbers, truncation]
        return by_class, [*numbers, _number("labels", tf.int32), truncation]


def to_served(samples):
    """Names what a network gives, and brings images from [−1, 1] to [0, 1]."""
    if samples.shape.rank != 4:
        return {"points": samples}
    return {"images": tf.clip_by_value((samples + 1.0) / 2.0, 0.0, 1.0)}


def row_specs(sampler):
    """Gives the specs of a network's inputs: latents, and labels where it has any."""
    width = sampler.prior.latent_dim
    spec = tf.TensorSpec((None, width), tf.float32, "latents")
    return _with_labels(spec, sampler.num_classes)


def _with_labels(spec, num_classes):
    labels = tf.TensorSpec((None,), tf.int32, "labels")
    return [spec] if num_classes is None else [spec, labels]


def _defaults():
    """The class that stands for all in turn, and no truncation.

    With an axis, as requests have that are joined.
    """
    return tf.constant([-1]), tf.constant([1.0])


def _number(name, dtype):
    """A number, or one for each request: of any number of axes."""
    return tf.TensorSpec(None, dtype, name)


def in_chunks(decode, spec, *rows):
    """Applies a network to rows, a bounded number at a time.

    Args:
        decode: Function of tensors with as many rows as `rows`.
        spec: Dtype and shape of what it gives, a `tf.TensorSpec`.
        *rows: Tensors with an equal number of rows, at least one.

    Returns:
        The results of all, one after the other.
    """
    chunks = (tf.shape(rows[0])[0] + _CHUNK - 1) // _CHUNK
    results = tf.TensorArray(
        spec.dtype, size=chunks, element_shape=spec.shape, infer_shape=False
    )

    def step(index, results):
        part = slice(index * _CHUNK, (index + 1) * _CHUNK)
        return index + 1, results.write(index, decode(*(r[part] for r in rows)))

    _, results = tf.while_loop(
        lambda index, _: index < chunks, step, (0, results), parallel_iterations=1
    )
    return results.concat()
