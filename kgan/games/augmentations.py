"""Checks of the layer through which a discriminator sees all data."""

import warnings

from keras import layers

from kgan.engine import compilation
from kgan.games import network_checks

# They rest on operations that TensorFlow cannot compile with XLA.
_NOT_UNDER_XLA = (
    layers.RandomElasticTransform,
    layers.RandomPerspective,
    layers.RandomRotation,
    layers.RandomShear,
    layers.RandomTranslation,
    layers.RandomZoom,
)


def fits(augmentation, jit_compile="auto", run_eagerly=False, **_):
    """Checks that an augmentation can be part of the step, and warns of idle methods.

    Args:
        augmentation: A layer, or None.
        jit_compile: As in `kgan.Game.compile`.
        run_eagerly: The same.

    Raises:
        ValueError: If XLA is to compile a layer that it cannot.
    """
    follows = getattr(augmentation, "follows_discriminator", False)
    if callable(getattr(augmentation, "update", None)) and not follows:
        warnings.warn(
            f"The augmentation {augmentation.name!r} has a method `update`, which "
            "nobody calls here: a layer that adapts has `follows_discriminator = True` "
            "and `adapt(logits, step)`, as kgan.augment.AdaptiveAugment has.",
            UserWarning,
            stacklevel=3,
        )
    compiled = compilation.pays() if jit_compile == "auto" else jit_compile
    if augmentation is None or run_eagerly or not compiled:
        return
    for layer in (augmentation, *network_checks.all_layers(augmentation)):
        if isinstance(layer, _NOT_UNDER_XLA):
            raise ValueError(
                f"XLA cannot compile {type(layer).__name__} ({layer.name}): take "
                "compile(jit_compile=False), or kgan.augment.Augment, which it can. "
                f"Received: jit_compile={jit_compile!r}"
            )
