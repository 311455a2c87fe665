"""The minimax game of a generator and a discriminator: Algorithm 1."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan import losses
from kgan.core import arguments, backend
from kgan.core.schedules import Scheduled
from kgan.core.seeds import Use
from kgan.engine import ema, fields
from kgan.engine.game import Game
from kgan.engine.move import LossAndLogs, Move
from kgan.games import augmentations, gan_checks, gan_terms, network_checks, symptoms
from kgan.games.conditions import Conditions, data_classes
from kgan.games.gan_data import RealData
from kgan.games.gan_passes import Passes, over_maps
from kgan.games.generative import Generative
from kgan.games.sampler import Sampler
from kgan.games.scorer import Scorer
from kgan.latents import priors
from kgan.latents.priors import Prior
from kgan.losses.input_gradients import LOGITS, heads, joined
from kgan.losses.top_k import TopK

D_LOGS = ("d_loss", "d_real", "d_fake", "d_accuracy")


@keras.saving.register_keras_serializable(package="kgan")
class GAN(RealData, Passes, Generative, Game):
    """A generator and a discriminator that play the minimax game.

        min_G max_D  E log D(x) + E log(1 − D(G(z)))

    One step is one round of Algorithm 1: `discriminator_steps` updates of D, each on a
    fresh batch of real data, then `generator_steps` updates of G. At the game's
    equilibrium p_g = p_data and D(x) = 1/2 everywhere. Goodfellow et al., "Generative
    Adversarial Nets" (2014), equation 1 and Algorithm 1.

    Calling the model generates: `gan(latents)` maps float32 of shape `(batch,
    latent_dim)` to float32 samples, images in [−1, 1]; so does `predict`. `generate`,
    `interpolate`, `discriminate` and `export` stand in `kgan.games.generative`.
    Real data are float32: images in [−1, 1] of shape `(batch, height, width,
    channels)`, or points of shape `(batch, dimension)`.

    Conditional networks take labels as a second input, `[latents, labels]` and
    `[data, labels]`, int32 of shape `(batch,)`; data are then `(images, labels)`. A
    condition may be any structure of tensors: Functional networks show it by their
    second input, data are `(real, condition)`. A generator may return several outputs,
    in a structure that data then have, too.
    A discriminator with further heads returns a dictionary with `"logits"` among them;
    the objectives of `compile` train the others.

    `fit` logs `d_loss` (log 4 at the equilibrium of the minimax game) and `g_loss`,
    `d_real` and `d_fake` (mean of D on real and on generated data: probabilities for
    losses that have one, scores otherwise), `d_accuracy` (share of pairs with
    D(real) > D(fake)) and one key for each term.

    Args:
        generator: G, a `keras.Model` from latents to data. It takes them in float32
            under any policy of precision.
        discriminator: D, a `keras.Model` from data to logits, without a sigmoid.
        prior: p(z), a `kgan.priors.Prior`. Default: `Normal` of the generator's size.
            False: the generator takes its condition alone.
        augmentation: Layer applied to real and generated data before D sees them.
        ema_momentum: Momentum m of the averaged generator, of which samples are, a
            number in [0, 1) or a schedule of the training step. It warms up as
            min(m, (1 + t) / (10 + t)), but for `kgan.HalfLife`. None: no average.
        discriminator_steps: k of Algorithm 1. Batch size counts the examples of one
            update: `fit` takes k batches for a step.
        generator_steps: Updates of G in a step, on latents of their own.
        seed: Every draw follows from it and from the step's number.
        num_classes: Number of classes of conditional networks without an `Embedding`.
        condition: `kgan.Field`, or a nest of them, of a condition that is no class,
            where the networks are subclassed models.
        as_images: Whether data are images in [−1, 1], which are checked to be so and
            generated as uint8. None: those of shape (height, width, channels) with up
            to four channels are. False keeps floats of any range.
        name: Name of the model.

    Raises:
        ValueError: If networks, prior and number of classes do not fit each other.

    Example:
        ```python
        generator, discriminator = kgan.models.mlp((8, 8, 1), latent_dim=64)
        gan = kgan.GAN(generator, discriminator)
        gan.compile(penalties=[kgan.penalties.R1(1.0)])
        gan.fit(kgan.data.load("digits", batch_size=64), epochs=10)
        images = gan.generate(64, seed=1)
        ```
    """

    log_names = {"generator": "g", "discriminator": "d"}
    batches_argument = "discriminator_steps"
    names_elsewhere = gan_checks.NAMES_ELSEWHERE

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        prior: Prior | bool | None = None,
        augmentation: keras.layers.Layer | None = None,
        ema_momentum: Scheduled | None = 0.999,
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        seed: int = 0,
        num_classes: int | None = None,
        condition: Any = None,
        as_images: bool | None = None,
        name: str = "gan",
    ):
        super().__init__(seed=seed, name=name)
        count = arguments.positive_integer
        self.discriminator_steps = count("discriminator_steps", discriminator_steps)
        self.generator_steps = count("generator_steps", generator_steps)
        self.ema_momentum = arguments.ema_momentum(ema_momentum)
        # === Networks ===
        self._conditions = Conditions(
            generator, discriminator, num_classes, condition, prior is not False
        )
        self.num_classes = self.data_classes = self._conditions.num_classes
        self.latent_dim = network_checks.latent_dim(generator, prior)
        self.prior = priors.Normal(self.latent_dim) if prior is None else prior
        self.generator = generator
        self.discriminator = discriminator
        self.augmentation = augmentation
        self.ema_generator = None
        self.as_images = as_images
        self._terms, self.adversarial_loss = gan_terms.Terms(), None
        self._build_networks()
        self.raw_sampler, self.averaged_sampler = (
            Sampler(
                network,
                self.prior,
                self.num_classes,
                self._conditions,
                is_image=self.is_image,
            )
            for network in (self.generator, self.sampler)
        )

    def _build_networks(self):
        """Calls all networks once; keeps the shapes of an example and of D's heads."""
        told = self._conditions.example()
        latents = None if self.prior is False else tf.zeros((1, self.latent_dim))
        inputs = self._generator_inputs(latents, told)
        for network in (self.generator, self.discriminator):
            network_checks.are_channels_last(network)
        network_checks.keep_latents(self.generator)
        fake = backend.infer(self.generator, inputs)
        # In plain objects: Keras tracks lists and dictionaries.
        self._outputs = fields.like(fake)
        self.data_shape = gan_checks.main_shape(fake)
        if hasattr(fake, "shape"):
            network_checks.discriminator_fits(self.discriminator, self.data_shape)
        if self.is_image:
            network_checks.gives_images(self.generator)
        shown = fake
        if self.augmentation is not None:
            shown = self.augmentation(fake, training=False)
        self._pack = network_checks.together(self.discriminator)
        shown = tf.nest.map_structure(lambda x: tf.repeat(x, self._pack, axis=0), shown)
        judged = joined(shown, self._for_judge(told))
        outputs = heads(gan_checks.outputs_of(self.discriminator, judged))
        self._heads = {n: _shape(h) for n, h in outputs.items()}
        if self.ema_momentum is not None:
            self.ema_generator = ema.averaged_copy(self.generator)
            network_checks.keep_latents(self.ema_generator)
            self.ema_generator(inputs, training=False)
            self.ema_generator.set_weights(self.generator.get_weights())
            self.note_average("generator")

    @property
    def sampler(self) -> Any:
        """The network of all samples: the averaged generator if there is one."""
        return self.generator if self.ema_generator is None else self.ema_generator

    def call(self, inputs):
        if backend.is_tensorflow():  # elsewhere `predict` did, which traces this
            self.begin_averages()
        return self.sampler(self._conditions.shaped(inputs), training=False)

    def symptoms(self, real=None, patience=3, **thresholds):
        return symptoms.usual(real, patience, **thresholds)

    def describe(self):
        lines = super().describe()
        drawn = "a condition" if self.prior is False else f"{self.latent_dim} latents"
        shape = " × ".join(map(str, self.data_shape))
        return {
            "generator": f"{lines['generator']}, from {drawn} to {shape}",
            "discriminator": lines["discriminator"],
        }

    # === Compile ===

    def compile(
        self,
        generator_optimizer: keras.optimizers.Optimizer | None = None,
        discriminator_optimizer: keras.optimizers.Optimizer | None = None,
        loss: str | losses.AdversarialLoss = "non_saturating",
        penalties: Sequence[Any] = (),
        regularizers: Sequence[Any] = (),
        objectives: Sequence[Any] = (),
        terms: Sequence[Any] = (),
        top_k: Scheduled = 1.0,
        lazy: str = "same_step",
        **played: Any,
    ) -> None:
        """Sets how the game is played. Every argument has a default that trains.

        Args:
            generator_optimizer: Keras optimizer of G. Default: Adam(2e-4, β₁ = 0.5),
                as in Radford et al. (2016).
            discriminator_optimizer: Keras optimizer of D; the same default.
            loss: A name (`kgan.losses.names()`) or a `kgan.losses.AdversarialLoss`.
            penalties: List of `kgan.penalties.Penalty`, or of their names.
            regularizers: List of terms of `kgan.regularizers`.
            objectives: List of terms of `kgan.objectives`, for D's further heads.
            terms: List of any of these, `kgan.terms.LossTerm`, or of their names.
            top_k: Share of the samples that train G, the best by D: a number in (0, 1]
                or a schedule, see `kgan.top_k.TopK`.
            lazy: Where the gradient of a term with an `interval` above 1 goes:
                "same_step", into the step of the loss in every `interval`-th update;
                "own_step", into a step of its own after it in every `interval`-th
                round, with latents of its own, as in StyleGAN2's program (which moves G
                before D). Its optimizer then is one of `kgan.lazy_adam`.
            **played: Of `kgan.Game.compile`: `alternation`, `jit_compile`, ...

        Raises:
            ValueError: If a loss, a term or an optimizer is not one, was made outside
                the scope of the model's strategy, or does not fit the networks.
        """
        loss = losses.get(loss)
        chosen = loss if top_k == 1.0 else TopK(loss, top_k)
        found = gan_terms.Terms(penalties, regularizers, objectives, terms, lazy)
        gan_checks.compile_fits(self, chosen, found)
        augmentations.fits(self.augmentation, **played)
        optimizers = {
            "generator": generator_optimizer or _adam(),
            "discriminator": discriminator_optimizer or _adam(),
        }
        before = self._terms, self.adversarial_loss
        self._take(found, chosen)
        try:
            super().compile(optimizers, **played)
        except Exception:
            if self.compiled:  # what was compiled before can still be played
                self._take(*before)
            raise
        takes = self._conditions.discriminator_takes
        alone = isinstance(self._outputs, fields.Field) and (
            self._conditions.fields is None or not takes
        )
        self.scorer = None
        if alone:
            self.scorer = Scorer(
                self.discriminator,
                self.adversarial_loss,
                self.data_shape,
                self.num_classes if takes else None,
                is_image=self.is_image,
            )
        if "frozen" in played:  # a set, perhaps, which no file holds
            played["frozen"] = sorted(self._plain.frozen)
        self.keep_compile_arguments(
            generator_optimizer=self.generator_optimizer,
            discriminator_optimizer=self.discriminator_optimizer,
            loss=loss,
            **found.given,
            top_k=top_k,
            lazy=lazy,
            **played,
        )

    def _take(self, found, loss):
        """Puts terms, attributes of the model, and a loss in the place of others."""
        self.data_classes = data_classes(
            self._conditions, found.further.values(), self._heads, self.prior
        )
        for name in self._terms.named:
            old = vars(self).pop(gan_terms.attribute(name))
            self._tracker.untrack(old)
        for name, term in found.named.items():
            setattr(self, gan_terms.attribute(name), term)
        self._terms = found
        self.adversarial_loss = loss

    @property
    def condition(self) -> Any:
        """The fields of a condition that was given, or None."""
        return self._conditions.given

    @property
    def group_size(self):
        return gan_checks.group_of(self.discriminator)

    @property
    def penalties(self) -> Any:
        """The penalties of `compile`, by the names under which they are logged."""
        return dict(self._terms.penalties)

    @property
    def terms(self) -> Any:
        """The other terms of `compile`, a list."""
        return list(self._terms.further.values())

    # === The game ===

    def moves(self):
        terms = self._terms
        discriminator = Move(
            ("discriminator",),
            self.discriminator_loss,
            D_LOGS,
            terms.of(self, "discriminator"),
            terms.written(self, "discriminator"),
            self.latents,
            repeats=self.discriminator_steps,
            fresh_data=True,
            after=terms.constraint(),
            stream=Use.DISCRIMINATOR_STEP,
        )
        generator = Move(
            ("generator",),
            self.generator_loss,
            ("g_loss",),
            terms.of(self, "generator"),
            terms.written(self, "generator"),
            draws=self.latents,
            repeats=self.generator_steps,
            stream=Use.GENERATOR_STEP,
        )
        lazy = functools.partial(terms.steps, self)
        return discriminator, *lazy(discriminator), generator, *lazy(generator)

    def latents(self, rows: int, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Draws latents from the prior; row i depends on the seed and on i alone."""
        return {} if self.prior is False else {"latents": self.prior.sample(rows, seed)}

    def discriminator_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """−log D(x) − log(1 − D(G(z))) for the minimax loss: Algorithm 1, k steps."""
        real_outputs, fake_outputs = self.outputs(nets, batch)
        real_logits, fake_logits = real_outputs[LOGITS], fake_outputs[LOGITS]
        loss = self.adversarial_loss.at(nets.step)
        d_loss = over_maps(loss.discriminator_loss, real_logits, fake_logits)
        # Some of Keras' layers have an `adapt` that takes data.
        if getattr(self.augmentation, "follows_discriminator", False):
            self._adapt(nets, real_logits)
        return d_loss, self._report(d_loss, real_logits, fake_logits)

    def generator_loss(self, nets: Any, batch: Mapping[str, Any]) -> LossAndLogs:
        """−log D(G(z)) for the non-saturating loss: Algorithm 1, the last line."""
        _, fake_outputs = self.fake(nets, batch)
        real_logits = None
        if self.adversarial_loss.relativistic:
            real_logits = self.judge(nets, batch, Use.REAL, batch["real"])[LOGITS]
        loss = self.adversarial_loss.at(nets.step)
        g_loss = over_maps(loss.generator_loss, real_logits, fake_outputs[LOGITS])
        return g_loss, {"g_loss": g_loss}

    def held_out(self, nets, batch):
        """Returns the losses on held-out data, without terms.

        A discriminator that remembers its training data shows here: its `d_real` falls.
        """
        fake = self.generate_in(nets, batch, batch.get("latents"), key=())
        real_logits, fake_logits = (
            self._discriminator(nets, batch)(self._packed(data), key=())[LOGITS]
            for data in (batch["real"], fake)
        )
        loss = self.adversarial_loss.at(nets.step)
        d_loss = over_maps(loss.discriminator_loss, real_logits, fake_logits)
        g_loss = over_maps(loss.generator_loss, real_logits, fake_logits)
        return self._report(d_loss, real_logits, fake_logits) | {"g_loss": g_loss}

    def _report(self, d_loss, real_logits, fake_logits):
        return {
            "d_loss": d_loss,
            "d_real": over_maps(self.adversarial_loss.score, real_logits),
            "d_fake": over_maps(self.adversarial_loss.score, fake_logits),
            "d_accuracy": over_maps(tf.greater, real_logits, fake_logits),
        }

    def averages(self):
        return {} if self.ema_momentum is None else {"generator": self.ema_momentum}


def _adam():
    return keras.optimizers.Adam(2e-4, beta_1=0.5)


def _shape(head):
    return tuple(head.shape[1:]) if hasattr(head, "shape") else ()
