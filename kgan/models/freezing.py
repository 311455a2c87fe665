"""Freezes the layers of a discriminator that stand nearest to the image."""

import keras

from kgan.core import arguments


def freeze_from_image(discriminator: keras.Model, n: int) -> list[str]:
    """Freezes the first layers of a discriminator, counted from the image: FreezeD.

    What the first layers see in images, edges and colors, other images have as well. A
    layer counts that has weights, and lies on a way from the image to the logits: what
    becomes of a label alone does not. In `stylegan2` the order is that of the authors'
    program: fromrgb, conv0, conv1, skip, conv0, ... Set it before `compile`, or before
    the next `fit`. The other layers stay as they are.

    Args:
        discriminator: A Functional or Sequential `keras.Model` whose first input is the
            image, or a `Packed` one of such.
        n: Number of layers, at least 0 and less than there are.

    Returns:
        Their names, in order.

    Raises:
        ValueError: If `n` is out of its range, or the network of another kind.

    Example: `kgan.models.freeze_from_image(gan.discriminator, 10)`

    Source: Mo et al. (2020), Freeze the Discriminator: a Simple Baseline for
    Fine-Tuning GANs, and the program of Karras et al. (2020), Training Generative
    Adversarial Networks with Limited Data.
    """
    found = _from_image(getattr(discriminator, "packed_network", discriminator))
    expected = f"`n` of {len(found)} layers (`freeze_d`)"
    n = arguments.integer(expected, n, 0)
    if n >= len(found):
        raise ValueError(
            f"{expected} must be at most {len(found) - 1}: D has {len(found)} layers "
            f"with weights from the image on, and the last must move. Received: {n}"
        )
    for layer in found[:n]:
        layer.trainable = False
    return [layer.name for layer in found[:n]]


def _from_image(network):
    """Returns the layers with weights behind the first input, from there on."""
    if isinstance(network, keras.Sequential):
        return [layer for layer in network.layers if layer.weights]
    if not hasattr(network, "operations"):
        raise ValueError(
            "`discriminator` must be a Functional or Sequential `keras.Model`, whose "
            f"layers have an order. Received: a {type(network).__name__}"
        )
    reached, found = {id(network.inputs[0])}, []
    for operation in network.operations:  # those that others need first
        behind = False
        for node in operation._inbound_nodes:
            if any(id(tensor) in reached for tensor in node.input_tensors):
                reached |= {id(tensor) for tensor in node.outputs}
                behind = True
        if behind and getattr(operation, "weights", None):
            found.append(operation)
    return found
