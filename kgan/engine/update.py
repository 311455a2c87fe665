"""The two gradients of the minimax game as pure functions.

Each function takes all values that it reads as tensors, calls the networks with those
values in place of their variables, and returns gradients, new moving statistics and
what is logged. It neither reads nor writes a variable. That is what makes XLA compile
it for one replica while others run beside it, keeps D's update from touching G's
statistics, and the other way round.
"""

import functools
import typing

import tensorflow as tf

from kgan.core import seeds
from kgan.core.seeds import Use
from kgan.engine.micro_batches import in_parts
from kgan.engine.stateless import LOGITS, heads
from kgan.losses import input_gradients
from kgan.losses.input_gradients import Critic
from kgan.losses.term import View


class Values(typing.NamedTuple):
    """Values of all variables: `(trainable, state)` for each player.

    Attributes:
        generator: Of G.
        discriminator: Of D.
        augmentation: Of the layer through which D sees all data.
        terms: Of each further term, a tuple.
    """

    generator: tuple
    discriminator: tuple
    augmentation: tuple
    terms: tuple


class State(typing.NamedTuple):
    """What an update moves without a gradient: lists of tensors.

    Attributes:
        network: Of the player that is updated.
        augmentation: Of the augmentation; empty in an update of G.
        terms: Of each further term; empty in an update of G.
    """

    network: list
    augmentation: list = ()
    terms: tuple = ()


_D_LOGS = ("d_loss", "d_real", "d_fake", "d_accuracy")


def _mean(losses):
    return tf.reduce_mean(tf.cast(losses, tf.float32))


class Game:
    """Both players' gradients, for one loss, its penalties and further terms.

    A plain object: `tf.function` wrappers kept as attributes of a `keras.Model` would
    be tracked as a part of it.

    Args:
        generator: G, a `kgan.engine.stateless.Player`.
        discriminator: D, a `Player`.
        augmentation: The layer through which D sees all data, a `Player`.
        loss: A `kgan.losses.AdversarialLoss`.
        penalties: Dictionary of names and `kgan.penalties.Penalty`.
        num_replicas: Number of replicas whose gradients are summed afterwards.
        compiler: Wraps both gradient functions, to have XLA compile them.
        micro_batches: Number of parts in which an update takes its batch.
        terms: Dictionary of names and `Player`s of `kgan.terms.Term`.
    """

    def __init__(
        self,
        generator,
        discriminator,
        augmentation,
        loss,
        penalties,
        num_replicas=1,
        compiler=lambda function: function,
        micro_batches=1,
        terms=None,
    ):
        self.generator = generator
        self.discriminator = discriminator
        self.augmentation = augmentation
        self.loss = loss
        self.penalties = dict(penalties)
        self.num_replicas = num_replicas
        self.micro_batches = micro_batches
        self.terms = dict(terms or {})

        def complete(gradients_of, moved, name):
            whole = in_parts(gradients_of, micro_batches, moved)
            return compiler(self._with_norm(whole, name))

        self.generator_gradients = complete(
            self._generator_gradients, "generator", "g_gradient_norm"
        )
        self.discriminator_gradients = complete(
            self._discriminator_gradients, "discriminator", "d_gradient_norm"
        )

    def values(self):
        """Reads all variables, as `Values`."""
        players = (self.generator, self.discriminator, self.augmentation)
        terms = tuple(player.values() for player in self.terms.values())
        return Values(*(player.values() for player in players), terms)

    @property
    def logs(self):
        """Names of what the updates of each player tell."""
        of_terms = {
            method: [n for n, p in self.terms.items() if p.network.overrides(method)]
            for method in ("discriminator_term", "generator_term")
        }
        d_logs = [*self.penalties, *of_terms["discriminator_term"]]
        g_logs = [f"g_{name}" for name in of_terms["generator_term"]]
        return {
            "discriminator": [*_D_LOGS, *d_logs, "d_gradient_norm"],
            "generator": ["g_loss", *g_logs, "g_gradient_norm"],
        }

    def unmoved(self, values, moved):
        """Gives the `State` of a player that waits."""
        network = getattr(values, moved)[1]
        if moved == "generator":
            return State(network)
        terms = tuple(state for _, state in values.terms)
        return State(network, values.augmentation[1], terms)

    def moved(self, player, state):
        """Gives pairs of variables and their new values, from a `State`."""
        yield player.state, state.network
        if player is self.discriminator:
            yield self.augmentation.state, state.augmentation
            for term, new in zip(self.terms.values(), state.terms, strict=True):
                yield term.state, new

    def constrain(self, player, step):
        """Writes what the terms allow the weights of D to be."""
        for term in self.terms.values():
            if player is self.discriminator and term.network.overrides("constrain"):
                for weight in player.trainable:
                    value = tf.convert_to_tensor(weight.value)
                    weight.assign(term.network.constrain(value, step))

    def _discriminator_gradients(self, values, real, labels, latents, turn):
        """One descent direction for D: Algorithm 1, the inner loop.

        Args:
            values: `Values`.
            real: float32 batch of real data.
            labels: Integer tensor of shape `(batch,)`, or None.
            latents: float32 of shape `(batch, latent_dim)`.
            turn: A `Turn`.

        Returns:
            `(gradients, state, logs)`: of D, the state as `State`.
        """
        generate = self._generate(values, labels, turn)
        fake = generate(latents)
        shown = [
            self._shown(values, data, turn.fold(use))
            for data, use in ((real, Use.REAL), (fake, Use.FAKE))
        ]
        points = self._points(*shown, turn.fold(Use.POINTS))
        always = {name: p for name, p in self.penalties.items() if p.interval == 1}
        trainable, _ = values.discriminator
        loss_now = self.loss.at(turn.step)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trainable)
            wanted = [points[name] for name in always]
            judge = Critic(self.discriminator, values.discriminator, labels, wanted)
            real_outputs, fake_outputs = judge.compare(*shown, turn)
            state = judge.values[1]
            real_logits, fake_logits = real_outputs[LOGITS], fake_outputs[LOGITS]
            loss = _mean(loss_now.discriminator_loss(real_logits, fake_logits))
            total, logs = loss + judge.loss, {}
            for name, penalty in always.items():
                gradient = judge.gradient_at(points[name], turn)
                logs[name] = _mean(penalty.value(gradient))
                total += penalty.weight_at(turn.step) * logs[name]
            again = functools.partial(self._again, judge, values, turn)
            view = View(
                turn.step,
                *(real, fake, labels, latents, real_outputs, fake_outputs, trainable),
                *(again(use=Use.REAL), again(use=Use.FAKE), generate),
            )
            more, seen, terms = self._terms(values, "discriminator_term", view, turn)
            total = (total + more) * (turn.scale / self.num_replicas)
        gradients = input_gradients.gradients(tape, total, trainable)
        for name in [name for name in self.penalties if name not in always]:
            logs[name], extra = self._lazy(
                self.penalties[name], values.discriminator, points[name], labels, turn
            )
            gradients = [g + e for g, e in zip(gradients, extra, strict=True)]
        state = State(state, self._adapt(values, real_logits, turn), terms)
        logs |= seen | self._report(loss, real_logits, fake_logits)
        return gradients, state, logs

    def _generator_gradients(self, values, real, labels, latents, turn):
        """One descent direction for G: Algorithm 1, the last line.

        The arguments are those of the discriminator's function; `real` is read by
        relativistic losses and by further terms alone.

        Returns:
            `(gradients, state, logs)`: of G, the state as `State`.
        """
        trainable, _ = values.generator
        critic_of_g = Critic(self.discriminator, values.discriminator, labels)

        def judge(data, use):
            turn_of = turn.fold(use)
            return critic_of_g.again(self._shown(values, data, turn_of), turn_of)

        loss_now = self.loss.at(turn.step)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trainable)
            fake, (_, state), own_loss = self.generator(
                values.generator, latents, labels, turn.fold(Use.GENERATOR)
            )
            outputs = judge(fake, Use.FAKE)
            relativistic = self.loss.relativistic
            real_logits = judge(real, Use.REAL)[LOGITS] if relativistic else None
            loss = _mean(loss_now.generator_loss(real_logits, outputs[LOGITS]))
            view = View(
                *(turn.step, real, fake, labels, latents, None, outputs, trainable),
                judge_real=functools.partial(judge, use=Use.REAL),
                judge_fake=functools.partial(judge, use=Use.FAKE),
                generate=self._generate(values, labels, turn),
            )
            more, logs, _ = self._terms(values, "generator_term", view, turn)
            total = (loss + own_loss + more) * (turn.scale / self.num_replicas)
        gradients = input_gradients.gradients(tape, total, trainable)
        return gradients, State(state), logs | {"g_loss": loss}

    def _generate(self, values, labels, turn):
        turn = turn.fold(Use.GENERATOR)
        return lambda z: self.generator(values.generator, z, labels, turn)[0]

    def _shown(self, values, data, turn):
        """Gives data as D sees them: augmented, and packed if D takes them so."""
        turn = turn.fold(Use.AUGMENT)
        seen = self.augmentation(values.augmentation, data, None, turn)[0]
        return self.discriminator.pack(seen)

    def _again(self, judge, values, turn, use):
        """Gives a function that shows D further data, with the draws of `use`."""
        turn = turn.fold(use)
        return lambda data: judge.again(self._shown(values, data, turn), turn)

    def _terms(self, values, method, view, turn):
        """Gives the weighted sum of a player's further terms, their logs and states."""
        of_discriminator = method == "discriminator_term"
        total, logs, states = tf.constant(0.0), {}, []
        for index, (name, player) in enumerate(self.terms.items()):
            term, own = player.network, values.terms[index]
            if term.overrides(method):
                own_turn = turn.fold(Use.TERM, index)
                function = functools.partial(getattr(term, method), view)
                value, own, _ = player.run(own, own_turn, function)
                weight = (
                    term.weight_at if of_discriminator else term.generator_weight_at
                )
                name = name if of_discriminator else f"g_{name}"
                logs[name] = _mean(value)
                total += weight(turn.step) * logs[name]
            states.append(own[1])
        return total, logs, tuple(states)

    def _adapt(self, values, real_logits, turn):
        """Gives the augmentation's new state, where it follows what D says."""
        layer = self.augmentation.network
        # Some of Keras' layers have an `adapt` that takes data.
        if not getattr(layer, "follows_discriminator", False):
            return values.augmentation[1]
        # It counts images: those of all parts, and all of a pack.
        times = self.micro_batches * self.discriminator.group_size
        logits = tf.repeat(real_logits - (self.loss.boundary or 0.0), times, axis=0)
        _, (_, state), _ = self.augmentation.run(
            values.augmentation, turn, lambda: layer.adapt(logits, turn.step)
        )
        return state

    def _with_norm(self, gradients_of, name):
        """Logs how long the gradient of the mean loss is, on this replica's rows."""

        def update(values, real, labels, latents, turn):
            gradients, state, logs = gradients_of(values, real, labels, latents, turn)
            norm = tf.linalg.global_norm(gradients) if gradients else tf.constant(0.0)
            norm *= self.num_replicas / turn.scale
            return gradients, state, logs | {name: norm}

        return update

    def held_out(self, values, real, labels, latents, turn):
        """Gives the game's scalars on held-out data, in inference mode.

        A discriminator that remembers its training data tells itself away here: its
        `d_real` falls.
        """
        fake = self.generator(values.generator, latents, labels, turn, training=False)

        def judge(data):
            packed = self.discriminator.pack(data)
            outputs = self.discriminator(
                values.discriminator, packed, labels, turn, training=False
            )
            return heads(outputs[0])[LOGITS]

        real_logits, fake_logits = judge(real), judge(fake[0])
        loss = self.loss.at(turn.step)
        d_loss = _mean(loss.discriminator_loss(real_logits, fake_logits))
        g_loss = _mean(loss.generator_loss(real_logits, fake_logits))
        return self._report(d_loss, real_logits, fake_logits) | {"g_loss": g_loss}

    def _report(self, loss, real_logits, fake_logits):
        return {
            "d_loss": loss,
            "d_real": _mean(self.loss.score(real_logits)),
            "d_fake": _mean(self.loss.score(fake_logits)),
            "d_accuracy": _mean(real_logits > fake_logits),
        }

    def _points(self, real, fake, turn):
        def state(index):
            return seeds.layer_state(turn.fold(index).seed, turn.replica)

        return {
            name: penalty.points(real, fake, state(index))
            for index, (name, penalty) in enumerate(self.penalties.items())
        }

    def _lazy(self, penalty, values, points, labels, turn):
        """Gives a lazy penalty and its gradient, or zeros.

        Both are taken inside the branch: XLA cannot differentiate every `tf.cond`.
        """
        trainable, _ = values

        def active():
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(trainable)
                judge = Critic(self.discriminator, values, labels)
                value = _mean(penalty.value(judge.gradient_at(points, turn)))
                strength = penalty.weight_at(turn.step) * penalty.interval
                total = value * strength * (turn.scale / self.num_replicas)
            return [value, *input_gradients.gradients(tape, total, trainable)]

        def idle():
            return [tf.constant(0.0), *(tf.zeros_like(value) for value in trainable)]

        acts = tf.equal(turn.update % penalty.interval, 0)
        value, *gradients = tf.cond(acts, active, idle)
        return value, gradients
