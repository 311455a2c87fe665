"""What a trained GAN is used for: to generate, to judge, to be exported."""

import tensorflow as tf

from kgan import export


class Generative:
    """Gives a GAN the methods that use it and do not train it.

    They read `raw_sampler`, `averaged_sampler` and, once it was compiled, `scorer`.
    """

    def chosen_sampler(self, averaged):
        """Returns the `Sampler` of the averaged generator, or of the raw one.

        Without an average both are of the one generator.
        """
        return self.averaged_sampler if averaged else self.raw_sampler

    def generate(
        self,
        num_images,
        seed=0,
        start=0,
        labels=None,
        batch_size=128,
        averaged=True,
        truncation=1.0,
    ):
        """Generates images by index: image i depends on `seed` and `start + i` alone.

        The batch size does not change them, nor does it cost more to start late, so
        that a million images can be split over many machines.

        Args:
            num_images: Number of images, a positive integer.
            seed: Integer in [0, 2⁶²) that chooses the endless row of images.
            start: Index of the first.
            labels: Conditional models only: a class for all, or an integer for each
                image. Default: class i modulo `num_classes` for image i.
            batch_size: Images in memory at a time.
            averaged: Whether to use the averaged generator where there is one.
            truncation: ψ in [0, 1]: how far latents stay from the centre of the prior;
                below 1 images are more typical and less diverse. See
                `kgan.latents.truncate`.

        Returns:
            A NumPy array of shape `(num_images, *data_shape)`: uint8 for images,
            float32 for points. Inside a `tf.function`, a tensor.

        Raises:
            ValueError: If a number is out of range, or labels are given to a model
                without classes.

        Example:
            ```python
            first = gan.generate(1000, seed=7)
            more = gan.generate(1000, seed=7, start=1000)
            ```
        """
        sampler = self.chosen_sampler(averaged)
        if not tf.executing_eagerly():
            return sampler.rows(num_images, seed, start, labels, truncation)
        return sampler(num_images, seed, start, labels, batch_size, truncation)

    def interpolate(
        self,
        first_seed,
        second_seed,
        steps=16,
        label=None,
        averaged=True,
        truncation=1.0,
        batch_size=128,
    ):
        """Generates images along the spherical path between two seeds' images.

        Args:
            first_seed: The path begins at image 0 of this seed.
            second_seed: The path ends at image 0 of this one.
            steps: Number of images, both ends among them, at least 2.
            label: The class of all of them, for conditional models. Default: 0.
            averaged: Whether to use the averaged generator where there is one.
            truncation: As in `generate`.
            batch_size: Images in memory at a time.

        Returns:
            A NumPy array of shape `(steps, *data_shape)`: uint8 for images, float32 for
            points. See `kgan.latents.walk`.

        Raises:
            ValueError: If a number is out of range, or a label is given to a model
                without classes.

        Example:
            ```python
            images = gan.interpolate(3, 8, steps=24)
            ```
        """
        return self.chosen_sampler(averaged).walk(
            first_seed, second_seed, steps, label, truncation, batch_size
        )

    def decode(self, latents, labels=None, averaged=True, batch_size=128):
        """Generates images from latents that you hold in your hands.

        Args:
            latents: float32 array of shape `(count, latent_dim)`.
            labels: As in `generate`.
            averaged: Whether to use the averaged generator where there is one.
            batch_size: Images in memory at a time.

        Returns:
            A NumPy array of shape `(count, *data_shape)`: uint8 for images, float32 for
            points.

        Raises:
            ValueError: If latents have another width, or are not finite, or labels are
                not what the networks take.
        """
        return self.chosen_sampler(averaged).from_latents(latents, labels, batch_size)

    def discriminate(self, data, labels=None, batch_size=128):
        """Says how real data look: D(x), in inference mode.

        Args:
            data: Array of images, float32 in [−1, 1] or uint8, or of points.
            labels: Integer for each example; conditional models only.
            batch_size: Examples in memory at a time.

        Returns:
            A float32 NumPy array of shape `(examples,)`: probabilities in [0, 1] for
            losses that have one, scores otherwise.

        Raises:
            ValueError: If data or labels are not what the networks take.
        """
        self._assert_compile_called("discriminate")
        return self.scorer(data, labels, batch_size)

    def export(self, filepath, version=None, **options):
        """Exports a SavedModel that TensorFlow Serving runs as it stands.

        It writes `filepath/1`, `filepath/2` and so on, each whole or not there, which
        need neither Python nor kgan: see `kgan.export.saved_model`.

        Args:
            filepath: Folder of all versions of the model.
            version: Number of this one. Default: the next.
            **options: Further arguments of `kgan.export.saved_model`.

        Returns:
            The path of the folder that was written, a `pathlib.Path`.

        Raises:
            ValueError: If the model was not compiled or not trained, or its weights
                are not finite.
            FileExistsError: If the version exists.
            OSError: If the folder cannot be written.

        Example:
            ```python
            gan.export("saved_models/digits")
            ```
        """
        return export.saved_model(self, filepath, version, **options)
