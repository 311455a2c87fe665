"""The generative adversarial network as a Keras model."""

import keras
import tensorflow as tf

from kgan import losses
from kgan.core import arguments, independence, seeds
from kgan.core.seeds import Use
from kgan.engine import config, ema, feeding, optimizers, replicas, strategy_checks
from kgan.engine.alternation import get as find_alternation
from kgan.engine.clock import Clock
from kgan.engine.compilation import Compiler
from kgan.engine.feeding import join
from kgan.engine.interface import Interface
from kgan.engine.logs import Logs
from kgan.engine.round import Round
from kgan.engine.stateless import Player, heads
from kgan.engine.train_function import one_step
from kgan.engine.update import Game
from kgan.games import gan_checks
from kgan.games.generative import Generative
from kgan.games.sampler import Sampler
from kgan.games.scorer import Scorer
from kgan.games.two_players import TwoPlayers
from kgan.latents import priors
from kgan.losses import term as terms
from kgan.losses.gradient_penalties import by_name


@keras.saving.register_keras_serializable(package="kgan")
class GAN(config.ConfigByArguments, TwoPlayers, Generative, Interface, keras.Model):
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
    `[data, labels]`, int32 of shape `(batch,)`; data are then `(images, labels)`.
    A discriminator with further heads returns a dictionary with `"logits"` among them;
    the objectives of `compile` train the others.

    `fit` logs `d_loss` (log 4 at the equilibrium of the minimax game) and `g_loss`,
    `d_real` and `d_fake` (mean of D on real and on generated data: probabilities for
    losses that have one, scores otherwise), `d_accuracy` (share of pairs with
    D(real) > D(fake)) and one key for each penalty and each further term.

    Args:
        generator: G, a `keras.Model` from latents to data.
        discriminator: D, a `keras.Model` from data to logits, without a sigmoid.
        prior: p(z), a `kgan.priors.Prior`. Default: `Normal` of the generator's size.
        augmentation: Layer applied to real and generated data before D sees them.
        ema_momentum: Momentum m of the averaged generator, which gives all samples, a
            number in [0, 1) or a schedule of the training step. It warms up as
            min(m, (1 + t) / (10 + t)). None: no average.
        discriminator_steps: k of Algorithm 1. Batch size counts the examples of one
            update: `fit` takes k batches for a step.
        generator_steps: Updates of G in a step, on latents of their own.
        seed: Every draw follows from it and from the step's number.
        num_classes: Number of classes of conditional networks, where no `Embedding`
            layer tells it.
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

    def __init__(
        self,
        generator,
        discriminator,
        prior=None,
        augmentation=None,
        ema_momentum=0.999,
        discriminator_steps=1,
        generator_steps=1,
        seed=0,
        num_classes=None,
        name="gan",
    ):
        # float32 whatever the policy: latents must not lose bits on their way to G.
        super().__init__(name=name, dtype="float32")
        arguments.positive_integer("discriminator_steps", discriminator_steps)
        arguments.positive_integer("generator_steps", generator_steps)
        arguments.index("seed", seed)
        ema_momentum = arguments.ema_momentum(ema_momentum)
        # === Networks ===
        self.num_classes = arguments.num_classes(generator, discriminator, num_classes)
        self.data_classes = self.num_classes
        self.latent_dim = arguments.latent_dim(generator, prior)
        self.prior = prior or priors.Normal(self.latent_dim)
        self.generator = generator
        self.discriminator = discriminator
        self.augmentation = augmentation
        self.ema_generator = None
        self._judges_labels = arguments.is_conditional(discriminator, self.num_classes)
        self.data_shape, self._heads = self._build_networks(ema_momentum is not None)
        self.raw_sampler = Sampler(self.generator, self.prior, self.num_classes)
        self.averaged_sampler = Sampler(self.sampler, self.prior, self.num_classes)
        # === Config ===
        self.ema_momentum = ema_momentum
        self.discriminator_steps = discriminator_steps
        self.generator_steps = generator_steps
        self.seed = seed
        self.clock = Clock()
        self.built = True

    def _build_networks(self, average):
        """Calls all networks once; gives the shapes of an example and of D's heads."""
        labels = None if self.num_classes is None else tf.zeros((1,), tf.int32)
        inputs = join(tf.zeros((1, self.latent_dim)), labels)
        fake = self.generator(inputs, training=False)
        data_shape = tuple(fake.shape[1:])
        arguments.discriminator_fits(self.discriminator, data_shape)
        shown = fake
        if self.augmentation is not None:
            shown = self.augmentation(fake, training=False)
        pack = tf.repeat(shown, independence.together(self.discriminator), axis=0)
        judged = join(pack, self._labels_of_d(labels))
        outputs = heads(self.discriminator(judged, training=False))
        if average:
            self.ema_generator = ema.averaged_copy(self.generator)
            self.ema_generator(inputs, training=False)
            self.ema_generator.set_weights(self.generator.get_weights())
        return data_shape, {name: tuple(h.shape[1:]) for name, h in outputs.items()}

    def _labels_of_d(self, labels):
        return labels if self._judges_labels else None

    @property
    def step(self):
        """Number of rounds played so far, a Python integer."""
        return int(self.clock.rounds.numpy())

    @property
    def position(self):
        """Number of batches taken so far: where `load(..., start=)` goes on."""
        return int(self.clock.position.numpy())

    @property
    def rollbacks(self):
        """How often the game was taken back to an earlier round."""
        return int(self.clock.rollbacks.numpy())

    @property
    def sampler(self):
        """The network that gives samples: the averaged generator if there is one."""
        return self.generator if self.ema_generator is None else self.ema_generator

    def call(self, inputs):
        """Generates: latents, or `[latents, labels]`, to float32 samples."""
        return self.sampler(inputs, training=False)

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss="non_saturating",
        penalties=(),
        regularizers=(),
        objectives=(),
        alternation=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        micro_batches=1,
    ):
        """Chooses how the game is played. Every argument has a default that trains.

        Args:
            generator_optimizer: Keras optimizer of G. Default: Adam(2e-4, β₁ = 0.5),
                as in Radford et al. (2016).
            discriminator_optimizer: Keras optimizer of D; the same default.
            loss: A name (`kgan.losses.names()`) or a `kgan.losses.AdversarialLoss`.
            penalties: List of `kgan.penalties.Penalty`, or of their names.
            regularizers: List of terms of `kgan.regularizers`.
            objectives: List of terms of `kgan.objectives`, for D's further heads.
            alternation: `kgan.alternation.Periods` in which one player waits; None:
                both move in every round.
            run_eagerly: Whether to run without graphs, for debugging.
            steps_per_execution: Number of steps in one call of the compiled function.
            jit_compile: Whether XLA compiles the step: on one device the whole round,
                on several each replica's gradients. "auto": on an accelerator.
            micro_batches: Number of parts in which an update takes its batch, one after
                the other: the same gradient from less memory.

        Raises:
            ValueError: If a loss, a penalty, a term or an optimizer is not one, was
                made outside the scope of the model's strategy, or does not fit the
                networks.
        """
        arguments.positive_integer("micro_batches", micro_batches)
        self.adversarial_loss = losses.get(loss)
        penalties = by_name(penalties)
        alternation = find_alternation(alternation)
        gan_checks.warn_of_batch_norm(self.discriminator, penalties)
        gan_checks.augmentation_follows(self.augmentation, self.adversarial_loss)
        strategy = self.distribute_strategy
        given = (generator_optimizer, discriminator_optimizer)
        strategy_checks.check_compile(self, given, steps_per_execution)
        compiler = Compiler(
            strategy_checks.on_one_device(strategy), run_eagerly, jit_compile
        )
        with strategy.scope():
            self.generator_optimizer, self.discriminator_optimizer = optimizers.pair(
                (generator_optimizer, self.generator),
                (discriminator_optimizer, self.discriminator),
            )
            self._take_terms(regularizers, objectives)
            # Keras must make no optimizer of its own, nor compile the whole step:
            # under a strategy XLA fails on variables of another device.
            super().compile(
                optimizer=None,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
                jit_compile=False,
            )
            self._set_up(penalties, alternation, compiler, micro_batches)
        self.keep_compile_arguments(
            generator_optimizer=self.generator_optimizer,
            discriminator_optimizer=self.discriminator_optimizer,
            loss=self.adversarial_loss,
            penalties=list(penalties.values()),
            regularizers=self.terms[: len(regularizers)],
            objectives=self.terms[len(regularizers) :],
            alternation=alternation,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            micro_batches=micro_batches,
        )

    def _take_terms(self, regularizers, objectives):
        """Makes terms a part of the model in place of those before."""
        found = [
            *terms.get_all("regularizers", regularizers),
            *terms.get_all("objectives", objectives),
        ]
        strategy_checks.check_terms(self, found)
        gan_checks.heads_are_logits(self.discriminator, found)
        for old in getattr(self, "terms", ()):
            self._tracker.untrack(old)
        self.terms = found
        self.data_classes = gan_checks.label_classes(
            self.num_classes, self.terms, self._heads, self.prior
        )
        takes = self.num_classes is not None
        gan_checks.labels_are_used(takes, self._judges_labels, self.terms)

    def _set_up(self, penalties, alternation, compiler, micro_batches):
        labels, classes = self._judges_labels, self.num_classes is not None
        self._game = Game(
            Player(self.generator, self.generator_optimizer, classes),
            Player(self.discriminator, self.discriminator_optimizer, labels),
            Player(self.augmentation or keras.layers.Identity()),
            self.adversarial_loss,
            penalties,
            self.distribute_strategy.num_replicas_in_sync,
            compiler.of_gradients,
            micro_batches,
            {name: Player(term) for name, term in terms.named(self.terms).items()},
        )
        self._logs = Logs(self._game.penalties, self._game.logs)
        self._round = Round(
            self._game,
            self.clock,
            self._logs,
            self._move_average,
            self.discriminator_steps,
            self.generator_steps,
            compiler.of_round,
            alternation,
        )
        self.scorer = Scorer(
            self.discriminator,
            self.adversarial_loss,
            self.data_shape,
            self.num_classes if labels else None,
        )

    def check_rows(self, count):
        """Refuses a number of rows on a replica that layers of D cannot group."""
        gan_checks.rows_fit(self.discriminator, count // self._game.micro_batches)

    @property
    def penalties(self):
        """The penalties of `compile`, by the names under which they are logged."""
        return dict(self._game.penalties)

    @property
    def metrics(self):
        """The means that `fit` logs: one metric for all of them."""
        return [self._logs.means] if self.compiled else []

    def fit(self, x=None, y=None, batch_size=None, epochs=1, **kwargs):
        """Plays the game; takes what `keras.Model.fit` takes.

        Args:
            x: Real data: a `tf.data.Dataset` of batches (of images, or of
                `(images, labels)`), an array, a `keras.utils.PyDataset`.
            y: Labels beside an array.
            batch_size: Examples of one update of D, for arrays; 32 by default.
            epochs: Number of passes over the data.
            **kwargs: As in `keras.Model.fit`, without weights of samples or classes.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If the first batch is not what the networks take, if weights
                are given, or a callback that steers the optimizer of a model.
        """
        self._assert_compile_called("fit")
        strategy_checks.check_fit(self)
        optimizers.refuse_callbacks(kwargs.get("callbacks"))
        x, y, batch_size = feeding.prepare(self, x, y, batch_size, kwargs)
        return super().fit(x, y, batch_size=batch_size, epochs=epochs, **kwargs)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Takes no batch, as Keras would under a strategy: a GAN is built."""

    def _get_metrics_result_or_logs(self, logs):
        """Gives the means over all replicas, which Keras does for equal keys alone."""
        means = self.get_metrics_result()
        return {name: means.get(name, value) for name, value in logs.items()}

    def make_train_function(self, force=False):
        """Makes what `fit` calls: Keras' function, or on one device a shorter way."""
        if self.train_function is None or force:
            super().make_train_function(force=True)
            single = self.steps_per_execution == 1 and not self.run_eagerly
            if single and strategy_checks.on_one_device(self.distribute_strategy):
                self.train_function = one_step(self.train_step, self.train_function)
        return self.train_function

    def train_step(self, data):
        """Plays one round: k updates of D, then updates of G, then the average."""
        real, labels = feeding.examples(data, self.data_shape, self.data_classes)
        self._round(real, labels, self._draw, self.seed)
        return replicas.logs_for_keras(self.get_metrics_result())

    def _move_average(self, moved=True):
        if self.ema_generator is not None:
            momentum = ema.momentum_at(self.ema_momentum, self.clock.rounds.value)
            momentum = momentum if moved is True else tf.where(moved, momentum, 1.0)
            ema.update(self.ema_generator, self.generator, momentum)

    def test_step(self, data):
        """Reports the losses on held-out data, without penalties."""
        real, labels = feeding.examples(data, self.data_shape, self.data_classes)
        count = tf.shape(real)[0]
        # A last batch may have no whole number of packs or groups.
        real, labels = feeding.filled(
            gan_checks.group_of(self.discriminator), real, labels
        )
        seen = self._logs.rows() * seeds.num_replicas()
        turn = self.clock.turn(self.seed, Use.TEST, 0, seen)
        latents = self._draw(turn, tf.shape(real)[0])
        values = self._game.values()
        logs = self._game.held_out(values, real, labels, latents, turn)
        self._logs.update(logs, count)
        results = self.get_metrics_result()
        return replicas.logs_for_keras({name: results[name] for name in Logs.GAME})

    def _draw(self, turn, rows):
        seed = turn.fold(Use.LATENTS).seed
        return seeds.own_rows(lambda count: self.prior.sample(count, seed), rows)
