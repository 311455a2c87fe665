"""Methods of a trained game of latents: to generate, to score, to be served."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.export.exportable import Exportable
from kgan.games import conditioned, served
from kgan.games.generated import Generated
from kgan.games.paths import Paths
from kgan.games.sampler import rows_of

_ROWS = 8


def require(game, who):
    """Checks that a game generates from latents, before something is asked of it.

    Args:
        game: Any model.
        who: What needs it, as in "`kgan generate`".

    Raises:
        ValueError: If it is no `Generative`.
    """
    if not isinstance(game, Generative):
        raise ValueError(
            f"{who} needs a game of latents, such as kgan.GAN. "
            f"Received: a {type(game).__name__}"
        )


def _check_alone(num_images, seed, start):
    given = {"num_images": num_images, "seed": seed, "start": start}
    given = [f"{name}={value}" for name, value in given.items() if value]
    if given:
        raise ValueError(
            "`seeds` must be given without `num_images`, `seed` and `start`. "
            f"Received also: {', '.join(given)}"
        )


class Generative(Exportable):
    """Mixin of games that generate from latents: the methods that do not train.

    It reads `raw_sampler` and `averaged_sampler` (each a
    `kgan.games.sampler.Sampler`), `ema_generator`, `prior`, `latent_dim`,
    `num_classes`, `data_shape`, `is_image` (whether data are images in [−1, 1]) and,
    once the game was compiled, `scorer` and `adversarial_loss`. An argument out of
    range, and labels of a model without classes, raise a ValueError; `averaged` is
    whether to use the averaged generator where there is one, `batch_size` how many
    images are in memory at a time.

    Attributes:
        has_layers: Whether principal directions can be found: it has layers to look at.
    """

    has_layers = True

    # === What the rest of kgan asks of any game ===

    def shown(self, rows=None, seed=0, examples=None, columns=8):
        """Returns columns of samples: image i of a picture is image i of `generate`.

        Row r of a conditional game has class `r % num_classes`; by default once each.
        Where the condition is no class, it is that of the examples.
        """
        rows = rows or self.num_classes or _ROWS
        labels = None
        if self.num_classes is not None:
            labels = np.arange(rows).repeat(columns) % self.num_classes
        elif self.raw_sampler.told and examples is not None:
            told = rows_of(self.unpack(examples)["condition"], 0, rows)
            rows = len(tf.nest.flatten(told)[0])
            labels = tf.nest.map_structure(lambda x: np.repeat(x, columns, 0), told)
        samples = self.generate(rows * columns, seed=seed, labels=labels)
        return {
            f"samples {column}": samples[column::columns] for column in range(columns)
        }

    def examples(
        self,
        count,
        seed=0,
        dataset=None,
        averaged=True,
        truncation=1.0,
        labels="data",
    ):
        """Returns samples by index from a seed, of the classes that the data have.

        Args:
            count: How many.
            seed: Seed of the latents and of the labels.
            dataset: The real examples: a source, what `kgan.data.source` accepts, or a
                finite `tf.data.Dataset`. Their labels alone are read.
            averaged: As in `generate`, and so is `truncation`.
            truncation: The same.
            labels: Conditional models only. "data": as frequent as in `dataset`, label
                i depending on the seed and on i alone; without labels there as
                "balanced": all classes in turn. Or labels as in `generate`. A condition
                that is no class is drawn from those of `dataset`, which are held in
                memory, and depends on the order in which `dataset` yields them.
        """
        average = averaged and self.ema_generator is not None
        return Generated(
            self.chosen_sampler(averaged),
            self.data_shape,
            count,
            seed,
            truncation,
            labels,
            weights="averaged weights" if average else "raw weights",
            dataset=dataset,
        )

    def raw_examples(self, count, seed=0, **options):
        """Returns examples of the raw generator, as the discriminator sees them."""
        return self.examples(count, seed, averaged=False, **options)

    def paths(
        self, count, seed=0, dataset=None, averaged=True, labels="data", **options
    ):
        """Returns `kgan.games.paths.Paths`, of the classes that the data have.

        Arguments are those of `examples`, options those of `Paths`.
        """
        average = averaged and self.ema_generator is not None
        return Paths(
            self.chosen_sampler(averaged),
            self.data_shape,
            count,
            seed=seed,
            labels=labels,
            weights="averaged weights" if average else "raw weights",
            dataset=dataset,
            **options,
        )

    def endpoints(self, averaged=True, discriminator=False, max_images=256):
        """Returns the endpoints of `kgan.games.endpoints.Signatures`.

        Args:
            averaged: Whether the averaged generator is served where there is one.
            discriminator: Whether D is served as well.
            max_images: The most images of one request, and about the most rows of one
                call; in [2, 10⁶].
        """
        sampler = self.chosen_sampler(averaged)
        scorer = self._known_scorer("discriminator=True") if discriminator else None
        if not sampler.told and sampler.prior is not False:
            return served.servable(self, sampler, scorer, max_images)
        return conditioned.servable(self, sampler)

    def _known_scorer(self, who):
        if self.scorer is None:
            raise ValueError(
                f"`{who}` needs a discriminator of one array of data, perhaps with "
                f"classes. Received: that of a {type(self).__name__}"
            )
        return self.scorer

    @property
    def latents_in_words(self):
        """Number and prior of the latents, as in "64, Normal prior"."""
        if self.prior is False:
            return "none, its condition alone"
        return f"{self.latent_dim}, {type(self.prior).__name__} prior"

    # === What only games of latents do ===

    def chosen_sampler(self, averaged):
        """Returns the `Sampler` of the averaged generator, or of the raw one."""
        self.begin_averages()
        return self.averaged_sampler if averaged else self.raw_sampler

    def generate(
        self,
        num_images: int | None = None,
        seed: int = 0,
        start: int = 0,
        labels: Any = None,
        batch_size: int = 128,
        averaged: bool = True,
        truncation: float = 1.0,
        seeds: Sequence[int] | None = None,
        truncation_cutoff: int | None = None,
    ) -> np.ndarray:
        """Generates images by index: image i depends on `seed` and `start + i` alone.

        So a million images can be split over many machines; a late start costs no more.
        Example: `gan.generate(1000, seed=7, start=1000)`.

        Args:
            num_images: Number of images, a positive integer; None with `seeds`.
            seed: Integer in [0, 2⁶²) that chooses the endless row of images.
            start: Index of the first.
            labels: Conditional models only: a class for all, or an integer for each
                image. Default: class i modulo `num_classes` for image i. For a
                condition that is no class, a row of it for each image.
            batch_size: Images in memory at a time.
            averaged: Whether to use the averaged generator where there is one.
            truncation: ψ in [0, 1]: how far latents stay from the centre of the prior;
                below 1 images are more typical and less diverse. See
                `kgan.latents.truncate`, and where G has styles, which then move,
                `kgan.layers.Truncation`.
            seeds: Seeds of StyleGAN, in place of `num_images`, `seed` and `start`: one
                image for each, of the latent that NumPy draws from it, so that a
                published network shows what it is known to show; see
                `kgan.latents.of_seeds`. The default class of a seed is the seed modulo
                `num_classes`.
            truncation_cutoff: Number of layers, from the first on, whose style ψ moves,
                where G has styles; None: all.

        Returns:
            A NumPy array of shape `(num_images, *data_shape)`: uint8 for images,
            float32 for all other data. Inside a `tf.function`, a tensor.
        """
        sampler = self.chosen_sampler(averaged)
        moved = truncation, truncation_cutoff
        if seeds is not None:
            _check_alone(num_images, seed, start)
            return sampler.of_seeds(seeds, labels, batch_size, *moved)
        if not tf.executing_eagerly():
            return sampler.rows(num_images, seed, start, labels, *moved)
        return sampler(num_images, seed, start, labels, batch_size, *moved)

    def interpolate(
        self,
        first_seed: int,
        second_seed: int,
        steps: int = 16,
        label: int | None = None,
        averaged: bool = True,
        truncation: float = 1.0,
        batch_size: int = 128,
        truncation_cutoff: int | None = None,
    ) -> np.ndarray:
        """Generates images along the spherical path between two seeds' images.

        Args:
            first_seed: The path begins at image 0 of this seed.
            second_seed: The path ends at image 0 of this one.
            steps: Number of images, both ends among them, at least 2.
            label: The class of all of them, for conditional models. Default: 0.
            averaged: As in `generate`, and so are the others.
            truncation: The same.
            batch_size: The same.
            truncation_cutoff: The same.

        Returns:
            A NumPy array of shape `(steps, *data_shape)`; see `kgan.latents.walk`.
        """
        seeds, moved = (first_seed, second_seed), (truncation, truncation_cutoff)
        sampler = self.chosen_sampler(averaged)
        return sampler.walk(*seeds, steps, label, batch_size, *moved)

    def decode(
        self,
        latents: np.ndarray,
        labels: Any = None,
        averaged: bool = True,
        batch_size: int = 128,
        truncation: float = 1.0,
        truncation_cutoff: int | None = None,
    ) -> np.ndarray:
        """Generates images from given latents, as `generate` returns them.

        Args:
            latents: float32 array of shape `(count, latent_dim)`.
            labels: As in `generate`, and so are the others.
            averaged: The same.
            batch_size: The same.
            truncation: The same.
            truncation_cutoff: The same.
        """
        sampler, moved = self.chosen_sampler(averaged), (truncation, truncation_cutoff)
        return sampler.from_latents(latents, labels, batch_size, *moved)

    def discriminate(
        self, data: np.ndarray, labels: Any = None, batch_size: int = 128
    ) -> np.ndarray:
        """Computes D(x) of data in inference mode, float32 of shape `(examples,)`.

        It is a probability in [0, 1] for losses that have one, a score otherwise.

        Args:
            data: Array of images, float32 in [−1, 1] or uint8, or of points.
            labels: Integer for each example; conditional models only.
            batch_size: Examples in memory at a time.
        """
        self._assert_compile_called("discriminate")
        return self._known_scorer("discriminate")(data, labels, batch_size)
