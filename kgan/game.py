"""The two gradients of the minimax game as pure functions.

Each function takes all values that it reads as tensors, calls the networks with those
values in place of their variables, and returns gradients, new moving statistics and
what is logged. It neither reads nor writes a variable. That is what makes XLA compile
it for one replica while others run beside it, keeps D's update from touching G's
statistics, and the other way round.
"""

import keras
import tensorflow as tf

from kgan import rows, seeds
from kgan.accumulation import in_parts
from kgan.batches import join
from kgan.seeds import Use


class Player:
    """A network seen as a pure function of its values.

    Args:
        network: A built network or layer.
        optimizer: The Keras optimizer that moves it, or None.

    Attributes:
        trainable: Its trainable variables.
        state: Variables that training moves without a gradient: moving statistics,
            spectral vectors.
        seed_states: States of its random layers. They are no weights: Keras lists
            them among the variables only.
        by_example: Whether two batches may be given to it as one.
    """

    def __init__(self, network, optimizer=None):
        self.network = network
        self.optimizer = optimizer
        self.trainable = list(network.trainable_variables)
        weights = list(network.non_trainable_weights)
        self.state = weights
        known = {id(variable) for variable in weights}
        self.seed_states = [
            variable
            for variable in network.non_trainable_variables
            if id(variable) not in known
        ]
        moves_itself = self.state or self.seed_states
        self.by_example = not moves_itself and rows.independent(network)

    def values(self):
        """Reads the variables: `(trainable, state)`, two lists of tensors."""
        read = tf.convert_to_tensor
        return [read(v.value) for v in self.trainable], [
            read(v.value) for v in self.state
        ]

    def __call__(self, values, inputs, turn, training=True):
        """Calls the network with given values.

        Args:
            values: `(trainable, state)` as `values` gives them.
            inputs: A tensor or a list of two.
            turn: The `Turn` from whose seed each random layer gets its own.
            training: Whether layers work in training mode.

        Returns:
            `(outputs, values, loss)`: float32 outputs, the values with the new state,
            and the sum of the network's own regularisation losses.
        """
        trainable, state = values
        variables = [*self.trainable, *self.state, *self.seed_states]
        tensors = [*trainable, *state, *self._layer_seeds(turn)]
        pairs = zip(variables, tensors, strict=True)
        # Not `stateless_call`: it skips `__call__`, and with it the training flag that
        # a subclassed network's own layers look up, and the casts of mixed precision.
        with keras.StatelessScope(pairs, collect_losses=True) as scope:
            outputs = self.network(inputs, training=training)
            losses = [tf.cast(loss, tf.float32) for loss in self.network.losses]
        new_state = [
            tf.cast(scope.get_current_value(v), old.dtype)
            for v, old in zip(self.state, state, strict=True)
        ]
        loss = tf.add_n(losses) if losses else tf.constant(0.0)
        return tf.cast(outputs, tf.float32), (trainable, new_state), loss

    def _layer_seeds(self, turn):
        def state(index):
            return seeds.layer_state(turn.fold(index).seed, turn.replica)

        return [
            tf.cast(state(index), variable.dtype)
            for index, variable in enumerate(self.seed_states)
        ]


def _mean(losses):
    return tf.reduce_mean(tf.cast(losses, tf.float32))


def _gradients(tape, total, sources):
    gradients = tape.gradient(total, sources, unconnected_gradients="zero")
    # An embedding's gradient comes as IndexedSlices, which neither XLA nor the sum over
    # replicas takes.
    return [tf.convert_to_tensor(gradient) for gradient in gradients]


class Game:
    """Both players' gradients, for one loss and one list of penalties.

    A plain object: `tf.function` wrappers kept as attributes of a `keras.Model` would
    be tracked as a part of it.

    Args:
        generator: G, a `Player`.
        discriminator: D, a `Player`.
        augmentation: The layer through which D sees all data, a `Player`.
        loss: A `kgan.losses.AdversarialLoss`.
        penalties: Dictionary of names and `kgan.penalties.Penalty`.
        num_replicas: Number of replicas whose gradients are summed afterwards.
        compiler: Wraps both gradient functions, to have XLA compile them.
        micro_batches: Number of parts in which an update takes its batch.
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
    ):
        self.generator = generator
        self.discriminator = discriminator
        self.augmentation = augmentation
        self.loss = loss
        self.penalties = dict(penalties)
        self.num_replicas = num_replicas
        generator_gradients = in_parts(self._generator_gradients, micro_batches, 0)
        discriminator_gradients = in_parts(
            self._discriminator_gradients, micro_batches, 1
        )
        self.generator_gradients = compiler(
            self._with_norm(generator_gradients, "g_gradient_norm")
        )
        self.discriminator_gradients = compiler(
            self._with_norm(discriminator_gradients, "d_gradient_norm")
        )

    def values(self):
        """Reads all variables: one pair for G, D and the augmentation each."""
        players = (self.generator, self.discriminator, self.augmentation)
        return tuple(player.values() for player in players)

    def _discriminator_gradients(self, values, real, labels, latents, turn):
        """One descent direction for D: Algorithm 1, the inner loop.

        Args:
            values: As `values` gives them.
            real: float32 batch of real data.
            labels: Integer tensor of shape `(batch,)`, or None.
            latents: float32 of shape `(batch, latent_dim)`.
            turn: A `Turn`.

        Returns:
            `(gradients, state, logs)`: of D.
        """
        generator, discriminator, augmentation = values
        inputs = join(latents, labels)
        fake, _, _ = self.generator(generator, inputs, turn.fold(Use.GENERATOR))
        real = self._augment(augmentation, real, turn.fold(Use.REAL))
        fake = self._augment(augmentation, fake, turn.fold(Use.FAKE))
        points = self._points(real, fake, turn.fold(Use.POINTS))
        always = [name for name, p in self.penalties.items() if p.interval == 1]
        trainable, _ = discriminator
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trainable)
            wanted = [points[name] for name in always]
            critic = _Critic(self.discriminator, discriminator, labels, wanted)
            real_logits, fake_logits = critic.compare(real, fake, turn)
            state = critic.values[1]
            loss = _mean(self.loss.discriminator_loss(real_logits, fake_logits))
            total, logs = loss + critic.loss, {}
            for name in always:
                penalty = self.penalties[name]
                gradient = critic.gradient_at(points[name], turn)
                logs[name] = _mean(penalty.value(gradient))
                total += penalty.weight_at(turn.step) * logs[name]
            total *= turn.scale / self.num_replicas
        gradients = _gradients(tape, total, trainable)
        for name in [name for name in self.penalties if name not in always]:
            logs[name], extra = self._lazy(
                self.penalties[name], discriminator, points[name], labels, turn
            )
            gradients = [g + e for g, e in zip(gradients, extra, strict=True)]
        return gradients, state, logs | self._report(loss, real_logits, fake_logits)

    def _generator_gradients(self, values, real, labels, latents, turn):
        """One descent direction for G: Algorithm 1, the last line.

        The arguments are those of the discriminator's function; `real` is read by
        relativistic losses alone.

        Returns:
            `(gradients, state, logs)`: of G.
        """
        generator, discriminator, augmentation = values
        trainable, _ = generator

        def judge(data, turn):
            inputs = join(self._augment(augmentation, data, turn), labels)
            return self.discriminator(discriminator, inputs, turn)[0]

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trainable)
            inputs = join(latents, labels)
            fake, (_, state), own_loss = self.generator(
                generator, inputs, turn.fold(Use.GENERATOR)
            )
            fake_logits = judge(fake, turn.fold(Use.FAKE))
            relativistic = self.loss.relativistic
            real_logits = judge(real, turn.fold(Use.REAL)) if relativistic else None
            loss = _mean(self.loss.generator_loss(real_logits, fake_logits))
            total = (loss + own_loss) * (turn.scale / self.num_replicas)
        gradients = _gradients(tape, total, trainable)
        return gradients, state, {"g_loss": loss}

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
        generator, discriminator, _ = values
        inputs = join(latents, labels)
        fake = self.generator(generator, inputs, turn, training=False)[0]

        def judge(data):
            inputs = join(data, labels)
            return self.discriminator(discriminator, inputs, turn, training=False)[0]

        real_logits, fake_logits = judge(real), judge(fake)
        loss = _mean(self.loss.discriminator_loss(real_logits, fake_logits))
        g_loss = _mean(self.loss.generator_loss(real_logits, fake_logits))
        return self._report(loss, real_logits, fake_logits) | {"g_loss": g_loss}

    def _report(self, loss, real_logits, fake_logits):
        return {
            "d_loss": loss,
            "d_real": _mean(self.loss.score(real_logits)),
            "d_fake": _mean(self.loss.score(fake_logits)),
            "d_accuracy": _mean(real_logits > fake_logits),
        }

    def _augment(self, values, data, turn):
        return self.augmentation(values, data, turn.fold(Use.AUGMENT))[0]

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
                critic = _Critic(self.discriminator, values, labels)
                value = _mean(penalty.value(critic.gradient_at(points, turn)))
                strength = penalty.weight_at(turn.step) * penalty.interval
                total = value * strength * (turn.scale / self.num_replicas)
            return [value, *_gradients(tape, total, trainable)]

        def idle():
            return [tf.constant(0.0), *(tf.zeros_like(value) for value in trainable)]

        acts = tf.equal(turn.update % penalty.interval, 0)
        value, *gradients = tf.cond(acts, active, idle)
        return value, gradients


class _Critic:
    """D within one update: its moving values, and its gradients where they are known.

    A penalty at `real` or `fake` shares the pass that the adversarial loss makes; two
    penalties at the same tensor share theirs.
    """

    def __init__(self, player, values, labels, wanted=()):
        self.player = player
        self.values = values
        self.labels = labels
        self.loss = tf.constant(0.0)
        self._wanted = {id(points) for points in wanted}
        self._known = {}

    def compare(self, real, fake, turn):
        """Gives the logits of real and of generated data.

        One pass over both is faster than two, where no layer sees the difference and no
        penalty wants the gradient at either.
        """
        if self._wanted & {id(real), id(fake)} or not self.player.by_example:
            return self(real, turn.fold(Use.REAL)), self(fake, turn.fold(Use.FAKE))
        labels = None if self.labels is None else tf.concat([self.labels] * 2, axis=0)
        inputs = join(tf.concat([real, fake], axis=0), labels)
        logits, self.values, self.loss = self.player(self.values, inputs, turn)
        return tf.split(logits, 2)

    def __call__(self, data, turn):
        """Gives the logits; keeps the new state, and the gradient if it is wanted."""
        if id(data) in self._wanted:
            outputs = self._differentiate(data, turn)
        else:
            outputs = self.player(self.values, join(data, self.labels), turn)
        logits, self.values, loss = outputs
        self.loss += loss / 2.0  # D's own losses come with both passes, and count once
        return logits

    def gradient_at(self, points, turn):
        """Gives the gradient of the sum of logits; this pass moves no statistics."""
        if id(points) not in self._known:
            self._differentiate(points, turn.fold(Use.PENALTY))
        return self._known[id(points)]

    def _differentiate(self, points, turn):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(points)
            outputs = self.player(self.values, join(points, self.labels), turn)
            total = tf.reduce_sum(outputs[0])
        (self._known[id(points)],) = _gradients(tape, total, [points])
        return outputs
