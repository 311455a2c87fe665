"""Passes of a GAN's networks inside one update, which losses and terms share."""

import functools

import tensorflow as tf

from kgan.core.seeds import Use
from kgan.engine.fields import Field
from kgan.engine.update import mean
from kgan.losses.input_gradients import Judge
from kgan.losses.view import View


class Passes:
    """Passes of the generator and the discriminator inside an update.

    What is computed once is kept in the update's `nets`. The draws of each pass follow
    from its use, so that two passes over one batch agree.
    """

    def generate_in(self, nets, batch, latents, key=Use.GENERATOR):
        """Returns what G makes of latents, under the batch's condition."""
        inputs = self._generator_inputs(latents, batch.get("condition"))
        return nets.generator(inputs, key=key)

    def judged(self, nets, data, use):
        """Returns data as D sees them: augmented, and packed if D takes them so."""
        if self.augmentation is not None:
            data = nets.frozen.augmentation(data, key=(use, Use.AUGMENT))
        return self._packed(data)

    def judge(self, nets, batch, use, data):
        """Returns D's heads for data, with the draws of `use`; keeps no state."""
        shown = self.judged(nets, data, use)
        return self._discriminator(nets, batch)(shown, use, nets.frozen)

    def pair(self, nets, batch):
        """Returns fakes, and both data as D sees them: no weight of D leads there."""
        if "pair" not in nets.fixed:
            fake = self.generate_in(nets.frozen, batch, batch.get("latents"))
            real = self.judged(nets, batch["real"], Use.REAL)
            shown = self.judged(nets, fake, Use.FAKE)
            points = self._terms.points(
                nets, (real, shown), (batch["real"], fake), self._looks_through
            )
            nets.fixed["pair"] = fake, real, shown, points
        return nets.fixed["pair"]

    def outputs(self, nets, batch):
        """Returns D's heads for real and for generated data, while D is updated."""
        if "outputs" not in nets.known:
            _, real, fake, points = self.pair(nets, batch)
            wanted = self._terms.wanted(points)
            judge = self._discriminator(nets, batch)
            nets.known["outputs"] = judge.compare(real, fake, wanted)
        return nets.known["outputs"]

    def fake(self, nets, batch):
        """Returns generated data and D's heads for them, while G is updated."""
        if "fake" not in nets.known:
            fake = self.generate_in(nets, batch, batch.get("latents"))
            nets.known["fake"] = fake, self.judge(nets, batch, Use.FAKE, fake)
        return nets.known["fake"]

    def view(self, nets, batch, player):
        """Returns the `View` that a term of a player may read."""
        fakes, heads_of = self.fake, self.fake
        if player == "discriminator":
            fakes, heads_of = self.pair, self.outputs
        later = {
            "fake": lambda: fakes(nets, batch)[0],
            "fake_outputs": lambda: heads_of(nets, batch)[1],
            "weights": lambda: nets.weights(player),
            "generator_inputs": lambda: self._generator_inputs(
                batch.get("latents"), batch.get("condition")
            ),
        }
        if player == "discriminator":
            later["real_outputs"] = lambda: heads_of(nets, batch)[0]
        return View(
            later,
            step=nets.step,
            nets=nets,
            real=batch["real"],
            condition=batch.get("condition"),
            latents=batch.get("latents"),
            judge_real=functools.partial(self.judge, nets, batch, Use.REAL),
            judge_fake=functools.partial(self.judge, nets, batch, Use.FAKE),
            generate=functools.partial(self.generate_in, nets.frozen, batch),
            input_gradient=functools.partial(self._input_gradient, nets, batch),
        )

    @property
    def view_fields(self):
        """Names of the fields of a view that this game has."""
        missing = {"latents"} if self.prior is False else set()
        if self._conditions.fields is None and self.num_classes is None:
            missing.add("condition")
        if not isinstance(self._outputs, Field):
            missing.add("input_gradient")
        return [name for name in View.FIELDS if name not in missing]

    def _looks_through(self, penalty):
        return penalty.through_augmentation and self.augmentation is not None

    def _input_gradient(self, nets, batch, penalty):
        fake, _, _, points = self.pair(nets, batch)
        at, judge = points[penalty], self._discriminator(nets, batch)
        if not self._looks_through(penalty):
            return judge.gradient_at(at)
        uses = {id(batch["real"]): Use.REAL, id(fake): Use.FAKE}
        use = uses.get(id(at), Use.PENALTY)
        gradient = judge.gradient_at(at, lambda data: self.judged(nets, data, use))
        return self._packed(gradient)

    def _adapt(self, nets, real_logits):
        # It counts images: those of all parts, and all of a pack.
        times = self._plain.micro_batches * self._pack
        logits = tf.nest.flatten(real_logits)[0]
        boundary = self.adversarial_loss.boundary or 0.0
        logits = tf.repeat(logits - boundary, times, axis=0)
        nets.run("augmentation", lambda layer: layer.adapt(logits, nets.step), key=())

    def _discriminator(self, nets, batch):
        condition = self._for_judge(batch.get("condition"))
        method = "packed_network" if self._pack > 1 else None
        return Judge(nets, "discriminator", condition, method)

    def _packed(self, data):
        return self.discriminator.pack(data) if self._pack > 1 else data

    def _for_judge(self, condition):
        return condition if self._conditions.discriminator_takes else None

    def _generator_inputs(self, latents, condition):
        return self._conditions.generator_inputs(latents, condition)


def over_maps(function, *logits):
    """Returns the mean of a function of logits, over all maps if there are several."""
    maps = [tf.nest.flatten(each) for each in logits]
    count = max(map(len, maps))
    maps = [each if len(each) == count else each * count for each in maps]
    means = [mean(function(*each)) for each in zip(*maps, strict=True)]
    return means[0] if count == 1 else tf.add_n(means) / count
