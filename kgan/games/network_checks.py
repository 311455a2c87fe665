"""Checks of a GAN's networks, as far as it can be known before training."""

import math

import keras

from kgan.core import arguments, pictures


def together(discriminator):
    """Returns how many examples a discriminator takes together: 1, unless it is packed.

    A packed one has `pack`, which joins examples, `packed_network`, which takes them
    so, and `group_size`, the number of them: see `kgan.models.Packed`.
    """
    packed = unpacked(discriminator) is not discriminator
    return discriminator.group_size if packed else 1


def unpacked(discriminator):
    """Returns the network inside of a packed discriminator; any other as it came."""
    return getattr(discriminator, "packed_network", discriminator)


def nested_inputs(network):
    """Returns the symbolic inputs of a network as they are nested, or None."""
    if not getattr(network, "inputs", None):
        return None
    if isinstance(network, keras.Sequential):  # it has no `input` before it is called
        return network.inputs[0]
    return network.input


def is_conditional(network, num_classes, first=True):
    """Returns whether a network takes labels: by its inputs, else by `num_classes`.

    Args:
        network: G or D.
        num_classes: Number of classes that was given, or None.
        first: Whether it takes something before the labels; else its input is these.
    """
    inputs = nested_inputs(network)
    if inputs is None:
        return num_classes is not None
    if not first:
        return True
    return isinstance(inputs, (list, tuple)) and len(inputs) == 2


def all_layers(network):
    """Yields all layers of a network, also those inside of models and wrappers."""
    wrapped = [network.layer] if hasattr(network, "layer") else ()
    for layer in getattr(network, "layers", wrapped):
        yield layer
        yield from all_layers(layer)


def find_num_classes(network):
    """Returns the number of classes that a network's label layer has, or None."""
    for layer in all_layers(network):
        if isinstance(layer, keras.layers.Embedding):
            return layer.input_dim
        if getattr(layer, "num_classes", None) is not None:
            return layer.num_classes
        if isinstance(layer, keras.layers.CategoryEncoding):
            return layer.num_tokens
    return None


def num_classes(generator, discriminator, given, latents=True):
    """Returns the number of classes of a pair of networks, None if unconditional.

    `latents` is whether the generator takes latents before the labels.
    """
    takes = [
        is_conditional(generator, given, latents),
        is_conditional(discriminator, given),
    ]
    # D may tell classes by a head of its own where it is not told them.
    if takes[0] != takes[1] and not (takes[0] and further_heads(discriminator)):
        words = ["takes labels" if take else "takes no labels" for take in takes]
        raise ValueError(
            "`generator` and `discriminator` must both take labels or both not; a "
            "discriminator may have a head of classes instead. "
            f"Received: a generator that {words[0]} and a discriminator that {words[1]}"
        )
    if not takes[0]:
        if given is not None:
            raise ValueError(
                "`num_classes` needs networks that take labels: [latents, labels] and "
                f"[data, labels]. Received: num_classes={given!r} with networks of "
                "one input"
            )
        return None
    if given is not None:
        return arguments.positive_integer("num_classes", given)
    counts = [find_num_classes(network) for network in (generator, discriminator)]
    known = set(counts) - {None}
    if not known:
        raise ValueError(
            "`num_classes` must be given where networks take labels and no layer tells "
            "how many there are. Received: None"
        )
    if len(known) > 1:
        raise ValueError(
            "`generator` and `discriminator` must have the same number of classes, or "
            "`num_classes` must say which counts. Received: a generator of "
            f"{counts[0]} and a discriminator of {counts[1]}"
        )
    return known.pop()


def further_heads(discriminator):
    """Returns the names of a Functional discriminator's heads beside its logits."""
    outputs = getattr(discriminator, "output", None)
    return [n for n in outputs if n != "logits"] if isinstance(outputs, dict) else []


def latent_dim(generator, prior):
    """Returns the number of components of a latent, of whatever shape G takes it.

    Args:
        generator: G.
        prior: A `kgan.priors.Prior`; None for the default one, False for none at all.

    Raises:
        ValueError: If the generator's input has no known size, or the prior another.
    """
    if prior is False:
        return None
    if prior is not None and not hasattr(prior, "latent_dim"):
        raise ValueError(
            "`prior` must be a `kgan.priors.Prior`, for example kgan.priors.Normal(128)"
            f". Received: {prior!r}"
        )
    inputs = getattr(generator, "inputs", None)
    if not inputs:
        if prior is None:
            raise ValueError(
                "`prior` must be given where the generator does not tell its input "
                "shape (a subclassed model, a Sequential that does not begin with "
                "keras.Input), for example kgan.priors.Normal(128)."
            )
        return prior.latent_dim
    shape = tuple(inputs[0].shape)[1:]
    if not shape or None in shape:
        raise ValueError(
            "`generator` must take latents of shape (batch, latent_dim), or of another "
            f"known shape. Received: an input of shape {(None, *shape)}"
        )
    size = math.prod(shape)
    if prior is not None and prior.latent_dim != size:
        raise ValueError(
            f"`prior` must draw the {size} components that the generator takes. "
            f"Received: a prior with latent_dim={prior.latent_dim}"
        )
    return size


# Layers that give the numbers that they take, in another shape or dtype.
_PASSING = (keras.layers.Flatten, keras.layers.Reshape, keras.layers.Identity)


def _passes(layer):
    linear = getattr(layer, "activation", None) is keras.activations.linear
    is_activation = isinstance(layer, keras.layers.Activation)
    return isinstance(layer, _PASSING) or (is_activation and linear)


def _maker(tensor):
    """Returns the layer or operation that computes a symbolic tensor, or None."""
    layer = getattr(tensor, "_keras_history", (None,))[0]
    while layer is not None and _passes(layer):
        layer = getattr(layer.input, "_keras_history", (None,))[0]
    return layer


def head_layer(discriminator, name="logits"):
    """Returns the layer that computes a head of D, where a graph of layers shows it."""
    network = unpacked(discriminator)
    while isinstance(network, keras.Sequential) or getattr(network, "outputs", None):
        if isinstance(network, keras.Sequential):
            network = next((x for x in network.layers[::-1] if not _passes(x)), None)
        else:
            outputs = network.output
            head = outputs.get(name) if isinstance(outputs, dict) else outputs
            network = _maker(head)
    return getattr(network, "layer", network)  # what a wrapper wraps


_PROBABILITIES = ("sigmoid", "hard_sigmoid", "softmax")
_NOT_BELOW_0 = (*_PROBABILITIES, "relu", "relu6", "softplus", "exponential")


def _is_known(layer):
    # What the `activation` of a user's own layer is applied to, nobody knows.
    return type(layer).__module__.startswith(("keras.", "kgan."))


def _activation(layer):
    """Returns the name of a layer's activation, None without one."""
    if getattr(layer, "negative_slope", 0) or not _is_known(layer):
        return None
    activation = getattr(layer, "activation", None)
    if activation is not None:
        return getattr(activation, "__name__", None)
    # An operation, as `keras.ops.sigmoid` leaves it, or a layer such as `ReLU`.
    name = type(layer).__name__
    return {"HardSigmoid": "hard_sigmoid"}.get(name, name.lower())


def gives_logits(discriminator):
    """Checks that D returns logits and no probabilities, where layers tell it."""
    last = head_layer(discriminator)
    found = _activation(last)
    if found in _PROBABILITIES:
        raise ValueError(
            f"`discriminator` must give logits, without a {found}: the loss applies "
            f"what it needs. Give the last layer activation=None. Received: a layer "
            f"{last.name!r} with a {found}"
        )


def gives_images(generator, argument="generator"):
    """Checks that G can return pixels darker than gray, where layers tell it."""
    last = head_layer(generator)
    found = _activation(last)
    if found in _NOT_BELOW_0:
        raise ValueError(
            f"`{argument}` must give images in [-1, 1], and none of its pixels is "
            f'below 0 after a {found}. Give the last layer activation="tanh". '
            f"Received: a layer {last.name!r} with a {found}"
        )


def tells_outputs(network):
    """Returns whether a network's layers tell by what activation it ends."""
    last = head_layer(network)
    return hasattr(last, "activation") and _is_known(last)


def keep_latents(generator):
    """Lets a subclassed generator have its inputs in float32 under any policy.

    Keras casts them for it, and a value of bfloat16 has three digits. Functional
    networks have them as they are; the layers of both cast what they take.
    """
    if not getattr(generator, "inputs", None):
        generator.autocast = False


def are_channels_last(network):
    """Raises a ValueError for layers that `channels_first` in keras.json has turned."""
    turned = any(
        getattr(layer, "data_format", None) == "channels_first"
        for layer in all_layers(network)
        if not isinstance(layer, keras.layers.Flatten)  # which takes either
    )
    if turned:
        pictures.check_channels_last()


def discriminator_fits(discriminator, data_shape):
    """Checks that D takes data of the generator's shape and returns logits."""
    gives_logits(discriminator)
    found = _data_shape(discriminator)
    if found is not None and not _fits(found, data_shape):
        raise ValueError(
            "`discriminator` must take what the generator gives, data of shape "
            f"{data_shape}. Received: a discriminator for data of shape {found}"
            f"{_joined_condition(found, data_shape)}"
        )


def _joined_condition(found, data_shape):
    """Returns what to change where D takes data and a condition in one tensor."""
    sides = len(found) == len(data_shape) and found[:-1] == data_shape[:-1]
    if not sides or found[-1] is None or found[-1] <= data_shape[-1]:
        return ""
    return (
        f"; if the other {found[-1] - data_shape[-1]} channels are a condition, let it "
        "be an input of its own, and concatenate inside: "
        "keras.Model([data, condition], logits)"
    )


def takes(argument, network, **shapes):
    """Checks that a Functional network takes inputs of given shapes, in their order.

    Args:
        argument: Name of the network, for the message.
        network: A `keras.Model`; one that does not tell its inputs is let through.
        **shapes: Shape of an example of each input, by what it is.

    Raises:
        ValueError: If it takes others.
    """
    found = [tuple(x.shape)[1:] for x in getattr(network, "inputs", None) or ()]
    fits = len(found) == len(shapes) and all(map(_fits, found, shapes.values()))
    if found and not fits:
        wanted = " and ".join(f"{what} of shape {s}" for what, s in shapes.items())
        raise ValueError(
            f"`{argument}` must take {wanted}. Received: a network that takes inputs "
            f"of shape {' and '.join(map(str, found))}"
        )


def _fits(found, shape):
    return len(found) == len(shape) and all(
        f is None or f == s for f, s in zip(found, shape, strict=True)
    )


def _data_shape(discriminator):
    """Returns the shape of an example that D takes, None if that cannot be known."""
    inputs = getattr(discriminator, "inputs", None)
    if inputs:
        return tuple(inputs[0].shape)[1:]
    return getattr(discriminator, "data_shape", None)
