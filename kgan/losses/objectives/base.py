"""Base class of the terms that read a further head of the discriminator."""

from kgan.core.schedules import Scheduled
from kgan.losses.term import LossTerm

_FEWEST_CLASSES = 2


class Objective(LossTerm):
    """Base class of the terms that read a further head of the discriminator.

    Such a discriminator returns a dictionary: `"logits"`, which tell real from fake,
    and further heads, float tensors of shape `(batch, width)`.

    Args:
        head: Name of the head.

    Attributes:
        width: Number of values of the head for each example. None: at least two.

    Example:
        ```python
        @keras.saving.register_keras_serializable(package="my")
        class Brightness(kgan.objectives.Objective):
            kind, width = "brightness", 1

            def discriminator_term(self, view):
                brightness = tf.reduce_mean(view.real, axis=[1, 2, 3])
                return tf.square(view.real_outputs[self.head][:, 0] - brightness)
        ```
    """

    width = None

    def __init__(
        self,
        weight: Scheduled = 1.0,
        generator_weight: Scheduled | None = None,
        head: str = "head",
        interval: int = 1,
    ):
        super().__init__(weight, generator_weight, interval)
        if not isinstance(head, str) or not head:
            raise ValueError(f"`head` must be the name of a head. Received: {head!r}")
        self.head = head

    def check(self, shapes, prior):
        shape = tuple(shapes.get(self.head, ()))
        fits = len(shape) == 1 and shape[0] is not None
        if fits and self.width is None:
            fits = shape[0] >= _FEWEST_CLASSES
        elif fits:
            fits = shape[0] == self.width
        if not fits:
            width = self.width or "at least two classes"
            heads = [f"{name!r} of {(None, *own)}" for name, own in shapes.items()]
            raise ValueError(
                "`discriminator` must return a dictionary of heads in which "
                f"{self.head!r} has the shape (batch, {width}), for `{self.kind}`. "
                f"Received: {', '.join(heads)}"
            )
