"""What a term may read in one update of a player."""


class View:
    """The tensors and functions that a term may read in one update of a player.

    A field that the game does not have is None. Fields may be computed when they are
    first read: in a view of its own a lazy term costs nothing while it does not act.

    Args:
        later: Functions without arguments, by the name of the field that each computes.
        **known: Fields by name.

    Attributes:
        step: Number of rounds played before, an int64 scalar.
        real: float32 batch of real data, as it came.
        fake: float32 batch of generated data.
        condition: What both networks take besides, such as classes: int32 of shape
            `(batch,)`. The fakes have the same where G takes it. Also `labels`.
        latents: float32 of shape `(batch, latent_dim)`, behind `fake`.
        generator_inputs: What G takes: latents in its shape, and the condition that it
            takes, if any.
        real_outputs: D's heads for the augmented real data, a dictionary of float32
            tensors with `"logits"`. None while G is updated.
        fake_outputs: The same for the generated data.
        weights: Values of the trainable weights of the player that is updated, a list.
        judge_real: Function from data to D's heads, with the draws (augmentation,
            dropout) of `real_outputs`.
        judge_fake: The same, with those of `fake_outputs`.
        generate: Function from latents to data, with the draws of `fake`.
        input_gradient: Function from a gradient penalty to D's gradient at its points.
        nets: The update's `kgan.engine.networks.Networks`.
    """

    FIELDS = (
        *("step", "real", "fake", "condition", "latents", "real_outputs"),
        *("fake_outputs", "weights", "judge_real", "judge_fake", "generate"),
        *("input_gradient", "nets", "generator_inputs"),
    )

    def __init__(self, later=None, **known):
        if "labels" in known:
            known["condition"] = known.pop("labels")
        self._later = later or {}
        unknown = {*known, *self._later} - set(self.FIELDS)
        if unknown:
            raise TypeError(f"A view has no fields {', '.join(sorted(unknown))}")
        vars(self).update(known)

    def __getattr__(self, name):
        if name == "labels":
            return self.condition
        if name not in self.FIELDS:
            raise AttributeError(f"A view has no field {name!r}: {self.FIELDS}")
        value = self._later[name]() if name in self._later else None
        setattr(self, name, value)
        return value
