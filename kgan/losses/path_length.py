"""Path-length regularisation (StyleGAN2)."""

import keras
import tensorflow as tf

from kgan.core import arguments, draws, schedules, seeds
from kgan.core.schedules import Scheduled
from kgan.losses.term import LossTerm


@keras.saving.register_keras_serializable(package="kgan")
class PathLength(LossTerm):
    """The path-length term of a generator with a mapping network (StyleGAN2).

        weight · E (‖J_wᵀ y‖ − a)²,   J_w = ∂G(w)/∂w,   y ~ N(0, I) / √(H·W)

    a is the moving mean of the lengths: a step of fixed size in w then changes the
    image by a fixed amount. The generator has two methods besides its call,
    `mapping(latents)` → w and `synthesis(w)` → images; w has the shape `(batch, width)`
    or `(batch, layers, width)`: the mean over layers counts. Karras et al. (2020),
    Analyzing and Improving the Image Quality of StyleGAN, equation 4 and appendix B;
    defaults as in the authors' program.

    Args:
        weight: A number or a schedule. 2 is the authors' for a w with a row for each
            layer; for one row take ln 2 / (ln r − ln 2) at r pixels a side: 0.5 at 8.
        interval: As in `LossTerm`. Under `GAN.compile(lazy="own_step")` the term is a
            separate step of the optimizer, as in the authors' program.
        decay: Share of the new lengths in the moving mean, in [0, 1].
        shrink: The term reads one `shrink`-th of the batch.

    Attributes:
        mean: a, a float32 variable, which starts at 0.

    Example: `gan.compile(terms=[kgan.losses.PathLength()])`.
    """

    kind = "path_length"
    reads = ("latents", "generator_inputs")

    def __init__(
        self,
        weight: Scheduled = 2.0,
        interval: int = 4,
        decay: float = 0.01,
        shrink: float = 2,
    ):
        super().__init__(weight, interval=interval)
        self.decay = schedules.check("decay", decay, maximum=1.0)
        self.shrink = arguments.positive_integer("shrink", shrink)
        self.mean = self.add_weight(
            name="mean", shape=(), initializer="zeros", trainable=False
        )
        self.seed_generator = keras.random.SeedGenerator(0)

    def check_networks(self, networks):
        generator = networks["generator"]
        parts = ("mapping", "synthesis")
        missing = [part for part in parts if not hasattr(generator, part)]
        if missing:
            raise ValueError(
                f"The term {self.kind!r} needs a generator with `mapping` and "
                f"`synthesis`. Received: a {type(generator).__name__} without "
                f"{' and '.join(missing)}"
            )

    def generator_term(self, view):
        rows = tf.maximum(tf.shape(view.latents)[0] // self.shrink, 1)
        inputs = tf.nest.map_structure(lambda x: x[:rows], view.generator_inputs)
        generator = view.nets.frozen.generator
        lengths = self._lengths(generator.synthesis, generator.mapping(inputs))
        old = tf.convert_to_tensor(self.mean)
        share = schedules.at(self.decay, view.step)
        mean = old + share * (tf.reduce_mean(lengths) - old)
        self.mean.assign(tf.stop_gradient(mean))
        return tf.square(lengths - mean)

    def _lengths(self, synthesis, w):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(w)
            images = synthesis(w)
            area = tf.cast(tf.reduce_prod(tf.shape(images)[1:-1]), tf.float32)
            uniform = seeds.uniform_like(images, self.seed_generator.next())
            noise = draws.normal(uniform, 1.0) / tf.sqrt(area)
            total = tf.reduce_sum(images * noise)
        gradient = tape.gradient(total, w)
        squares = tf.reduce_sum(tf.square(gradient), axis=-1)
        if squares.shape.rank > 1:
            squares = tf.reduce_mean(squares, axis=list(range(1, squares.shape.rank)))
        # Without a constant inside the root a zero gradient has the slope NaN.
        return tf.sqrt(squares + 1e-8)
