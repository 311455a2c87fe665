"""What can be refused before training: networks that do not fit, data that do not.

Each function returns nothing or what it found, and raises a `ValueError` that says the
argument, what was expected and what came.
"""

import numbers

import keras
import numpy as np
import tensorflow as tf

from kgan.core import independence, schedules

# A seed, or the number of an image, has two parts of 31 bits.
LARGEST_INDEX = 2**62 - 1
_TOLERANCE = 1e-3


def is_conditional(network, num_classes):
    """Says whether a network takes labels: by its inputs, else by `num_classes`."""
    inputs = getattr(network, "inputs", None)
    return len(inputs) == 2 if inputs else num_classes is not None


def all_layers(network):
    """Gives all layers of a network, also those inside of models and wrappers."""
    wrapped = [network.layer] if hasattr(network, "layer") else ()
    for layer in getattr(network, "layers", wrapped):
        yield layer
        yield from all_layers(layer)


def find_num_classes(network):
    """Gives the number of classes that a network's label layer knows, or None."""
    for layer in all_layers(network):
        if isinstance(layer, keras.layers.Embedding):
            return layer.input_dim
        if getattr(layer, "num_classes", None) is not None:
            return layer.num_classes
        if isinstance(layer, keras.layers.CategoryEncoding):
            return layer.num_tokens
    return None


def num_classes(generator, discriminator, given):
    """Gives the number of classes of a pair of networks, None if unconditional."""
    takes = [is_conditional(n, given) for n in (generator, discriminator)]
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
        return positive_integer("num_classes", given)
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
    """Gives the names of a Functional discriminator's heads beside its logits."""
    outputs = getattr(discriminator, "output", None)
    return [n for n in outputs if n != "logits"] if isinstance(outputs, dict) else []


def latent_dim(generator, prior):
    """Gives the generator's latent size; refuses a prior of another."""
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
                "shape (a subclassed model), for example kgan.priors.Normal(128)."
            )
        return prior.latent_dim
    shape = tuple(inputs[0].shape)
    if len(shape) != 2 or shape[1] is None:
        raise ValueError(
            "`generator` must take latents of shape (batch, latent_dim). "
            f"Received: an input of shape {shape}"
        )
    if prior is not None and prior.latent_dim != shape[1]:
        raise ValueError(
            f"`prior` must draw the {shape[1]} components that the generator takes. "
            f"Received: a prior with latent_dim={prior.latent_dim}"
        )
    return shape[1]


# Layers that give the numbers that they take, in another shape or dtype.
_PASSING = (keras.layers.Flatten, keras.layers.Reshape, keras.layers.Identity)


def _passes(layer):
    linear = getattr(layer, "activation", None) is keras.activations.linear
    is_activation = isinstance(layer, keras.layers.Activation)
    return isinstance(layer, _PASSING) or (is_activation and linear)


def _maker(tensor):
    """The layer or operation that has computed a symbolic tensor, None if unknown."""
    layer = getattr(tensor, "_keras_history", (None,))[0]
    while layer is not None and _passes(layer):
        layer = getattr(layer.input, "_keras_history", (None,))[0]
    return layer


def head_layer(discriminator, name="logits"):
    """Gives the layer that computes a head of D, where a graph of layers tells it."""
    network = independence.unpacked(discriminator)
    while isinstance(network, keras.Sequential) or getattr(network, "outputs", None):
        if isinstance(network, keras.Sequential):
            network = next((x for x in network.layers[::-1] if not _passes(x)), None)
        else:
            outputs = network.output
            head = outputs.get(name) if isinstance(outputs, dict) else outputs
            network = _maker(head)
    return getattr(network, "layer", network)  # what a wrapper wraps


def discriminator_fits(discriminator, data_shape):
    """Refuses a discriminator of data of another shape, or of probabilities."""
    last = head_layer(discriminator)
    activation = getattr(last, "activation", None)
    # An operation, as `keras.ops.sigmoid` leaves it, tells by its name alone.
    if activation is keras.activations.sigmoid or type(last).__name__ == "Sigmoid":
        raise ValueError(
            "`discriminator` must give logits, without a sigmoid: the loss applies it. "
            f"Received: a last layer {last.name!r} with a sigmoid"
        )
    takes = _data_shape(discriminator)
    if takes is None:
        return
    fits = len(takes) == len(data_shape) and all(
        t is None or t == d for t, d in zip(takes, data_shape, strict=True)
    )
    if not fits:
        raise ValueError(
            "`discriminator` must take what the generator gives, data of shape "
            f"{data_shape}. Received: a discriminator for data of shape {takes}"
        )


def _data_shape(discriminator):
    """Gives the shape of an example that D takes, None if that cannot be known."""
    inputs = getattr(discriminator, "inputs", None)
    if inputs:
        return tuple(inputs[0].shape)[1:]
    return getattr(discriminator, "data_shape", None)


def _is_integer(value, minimum):
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return whole and value >= minimum


def integer(argument, value, minimum):
    """Gives `value` as an int; refuses what is not an integer of at least `minimum`."""
    if not _is_integer(value, minimum):
        raise ValueError(
            f"{argument} must be an integer of at least {minimum}. Received: {value!r}"
        )
    return int(value)


def positive_integer(name, value):
    """Gives `value` as an int; refuses what is not a positive integer."""
    if not _is_integer(value, 1):
        raise ValueError(f"`{name}` must be a positive integer. Received: {value!r}")
    return int(value)


def index(name, value):
    """Refuses what is not a non-negative integer below 2⁶²."""
    if not _is_integer(value, 0) or value > LARGEST_INDEX:
        raise ValueError(
            f"`{name}` must be a non-negative integer below 2**62. Received: {value!r}"
        )


def codes(categorical, continuous):
    """Returns InfoGAN's codes: class counts, a tuple of integers from 2, and a number.

    Raises a `ValueError` if a number is out of its range, or there are no codes.
    """
    if not isinstance(categorical, (list, tuple)):
        raise ValueError(
            f"`categorical` must be a list of numbers of classes. "
            f"Received: {categorical!r}"
        )
    what = "Each number of `categorical`"
    counts = tuple(integer(what, count, 2) for count in categorical)
    continuous = integer("`continuous`", continuous, 0)
    if not counts and not continuous:
        raise ValueError(
            "`categorical` or `continuous` must define a code. "
            f"Received: categorical={categorical!r}, continuous={continuous!r}"
        )
    return counts, continuous


def ema_momentum(value):
    """Gives a momentum of an average: None, a number in [0, 1), or a schedule."""
    if value is None:
        return None
    value = schedules.check("ema_momentum", value, maximum=1.0)
    if value == 1.0:
        raise ValueError("`ema_momentum` must lie below 1 or be None. Received: 1.0")
    return value


def dtype(data, name="data"):
    """Refuses real data that are not floats: uint8 images need scaling first."""
    kind = tf.as_dtype(data.dtype)
    if not kind.is_floating:
        raise ValueError(
            f"{name} must be float32: images in [-1, 1], or points. Received: "
            f"{kind.name}. `kgan.data.load` converts; by hand: x / 127.5 - 1 for uint8"
        )


def shape(data, data_shape, name="data"):
    """Refuses a batch whose examples have another shape than the generator's."""
    examples = tuple(data.shape)[1:] if data.shape.rank else None
    if examples is not None and None not in examples and examples != data_shape:
        raise ValueError(
            f"{name} must have examples of shape {data_shape}, as the generator gives. "
            f"Received: examples of shape {examples}"
        )


def labels_match(labels, count):
    """Refuses labels without conditional networks, and the reverse."""
    if labels is None and count is not None:
        raise ValueError(
            "A conditional GAN must be given (images, labels), for example by "
            "kgan.data.load(..., with_labels=True). Received: images alone"
        )
    if labels is not None and count is None:
        raise ValueError(
            "A GAN whose networks take no labels must be given images alone. "
            "Received: (images, labels); drop the labels, or build both networks "
            "with num_classes"
        )


def values(data, is_image):
    """Refuses a first batch that is empty, has NaN, or images outside [−1, 1]."""
    data = np.asarray(data, np.float32)
    if not data.size:
        raise ValueError(
            f"data must hold examples. Received: an array of shape {data.shape}"
        )
    if not np.isfinite(data).all():
        raise ValueError("data must be finite. Received: NaN or infinity")
    low, high = float(data.min()), float(data.max())
    if is_image and (low < -1 - _TOLERANCE or high > 1 + _TOLERANCE):
        raise ValueError(
            "images must lie in [-1, 1]. Received: values from "
            f"{low:g} to {high:g}; [0, 255] becomes [-1, 1] by x / 127.5 - 1"
        )


def label_values(labels, count):
    """Refuses labels that are not whole numbers in [0, num_classes)."""
    labels = np.asarray(labels)
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be integers. Received: dtype {labels.dtype}")
    if labels.size and not (labels.min() >= 0 and labels.max() < count):
        raise ValueError(
            f"labels must lie in [0, {count}) for num_classes={count}. "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )


def one_label_each(labels, rows):
    """Refuses labels whose number is not that of the examples, such as one-hot rows."""
    if np.size(labels) != rows:
        raise ValueError(
            f"labels must be one integer for each of {rows} examples. "
            f"Received: an array of shape {np.shape(labels)}"
        )


def spread_labels(labels, rows, count):
    """Gives int32 labels of shape `(rows,)`, from one for all or one for each."""
    label_values(labels, count)
    labels = np.asarray(labels, np.int32)
    if labels.shape not in ((), (rows,)):
        raise ValueError(
            f"`labels` must be one class or {rows} of them. "
            f"Received: an array of shape {labels.shape}"
        )
    return np.broadcast_to(labels, (rows,))


def truncation(value):
    """Refuses what is not a number in [0, 1]."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not 0.0 <= value <= 1.0:
        raise ValueError(f"`truncation` must lie in [0, 1]. Received: {value!r}")


def latents(given, latent_dim):
    """Gives latents as a float32 array; refuses another width, none, and NaN."""
    given = np.asarray(given, np.float32)
    if given.ndim != 2 or given.shape[1] != latent_dim or not len(given):
        raise ValueError(
            f"`latents` must have shape (count, {latent_dim}). "
            f"Received: an array of shape {given.shape}"
        )
    if not np.isfinite(given).all():
        raise ValueError("`latents` must be finite. Received: NaN or infinity")
    return given
