"""Checks of a GAN before training: networks, losses, terms and data that fit."""

import math
import warnings

import keras
import tensorflow as tf

from kgan.core import pictures
from kgan.engine import feeding, fields
from kgan.engine.fields import Field
from kgan.games import network_checks

NAMES_ELSEWHERE = {
    "d_optimizer": "discriminator_optimizer=",
    "g_optimizer": "generator_optimizer=",
    "optimizer": "generator_optimizer= and discriminator_optimizer=",
    "loss_fn": "loss= with a name of `kgan.losses.names()`",
    "d_loss_fn": "loss= with a name of `kgan.losses.names()`, for both players",
    "g_loss_fn": "loss= with a name of `kgan.losses.names()`, for both players",
    "metrics": "fit(callbacks=[kgan.callbacks.EvaluateGenerator(...)])",
}


def label_classes(num_classes, terms, heads, prior):
    """Returns the number of classes of the labels that data must come with, or None.

    Args:
        num_classes: Number of classes that the generator takes, or None.
        terms: Sequence of `kgan.terms.LossTerm`.
        heads: Shapes of D's heads for one example, by name.
        prior: The `kgan.priors.Prior` of the latents.

    Raises:
        ValueError: If a term does not find its head, two of them know different numbers
            of classes, or one reads labels and none knows it.
    """
    for term in terms:
        term.check(heads, prior)
    readers = [term for term in terms if term.needs_labels]
    counts = dict(_classes_of(term, heads) for term in readers)
    counts = {name: count for name, count in counts.items() if count is not None}
    if num_classes is not None:
        counts = {"the generator": num_classes, **counts}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count} for {name}" for name, count in counts.items())
        raise ValueError(
            f"All that reads labels must know the same number of classes. Received: "
            f"{told}"
        )
    if readers and not counts:
        raise ValueError(
            f"The term {readers[0].kind!r} reads labels, and nothing tells how many "
            "classes there are: give it an attribute `num_classes`. Received: None"
        )
    return next(iter(counts.values()), None)


def _classes_of(term, heads):
    head = getattr(term, "head", None)
    if head in heads:
        return f"{term.kind} with head {head!r}", heads[head][-1]
    return term.kind, term.num_classes


def labels_are_used(generator_takes, discriminator_takes, terms):
    """Checks that labels of the generator are compared with its fakes, and reverse."""
    judges = [term for term in terms if term.judges_fakes]
    if judges and not generator_takes:
        raise ValueError(
            f"The term {judges[0].kind!r} compares fakes with labels, which needs a "
            "generator that takes labels: its fakes are of no class. For the classes "
            "of real data alone take on_fake=False with generator_weight=0.0, or "
            "kgan.objectives.StyleAmbiguity. Received: a generator without labels"
        )
    if generator_takes and not (discriminator_takes or judges):
        raise ValueError(
            "A generator that takes labels needs a discriminator that takes them, or "
            "an objective that reads them, such as "
            "kgan.objectives.AuxiliaryClassifier. Received: neither"
        )


def heads_are_logits(discriminator, terms):
    """Checks that heads of classes do not end in probabilities: terms take logits."""
    probabilities = (keras.activations.softmax, keras.activations.sigmoid)
    for term in terms:
        layer = term.needs_labels and network_checks.head_layer(
            discriminator, getattr(term, "head", None)
        )
        if getattr(layer, "activation", None) in probabilities:
            raise ValueError(
                f"The head {term.head!r} must give logits: `{term.kind}` applies the "
                f"softmax. Received: a layer {layer.name!r} with the activation "
                f"{layer.activation.__name__}"
            )


def warn_of_batch_norm(discriminator, penalties):
    """Warns of a critic whose gradient at an example is not that example's own."""
    for layer in discriminator._flatten_layers():
        if penalties and isinstance(layer, keras.layers.BatchNormalization):
            warnings.warn(
                f"The discriminator has BatchNormalization ({layer.name}), which makes "
                "each logit depend on the whole batch, while a gradient penalty "
                f"({', '.join(penalties)}) is a term on how each logit depends on its "
                "own example. Leave it out, or take LayerNormalization or "
                "SpectralNormalization (Gulrajani et al., 2017, section 4).",
                UserWarning,
                stacklevel=3,
            )
            return


def augmentation_follows(augmentation, loss):
    """Checks that the loss has the `boundary` that an adaptive augmentation reads.

    Args:
        augmentation: The layer through which D sees all data, or None.
        loss: A `kgan.losses.AdversarialLoss`.
    """
    if getattr(augmentation, "needs_boundary", False) and loss.boundary is None:
        raise ValueError(
            f"{type(augmentation).__name__} follows how often D takes real images for "
            f"real, and under {type(loss).__name__} the sign of D(x) does not tell: "
            "only differences of D count. Take another loss, or kgan.augment.Augment "
            "with a schedule as its probability."
        )


def is_image(given, shape):
    """Returns whether data are images in [−1, 1].

    Args:
        given: Whether they are, as it was said; None: by their shape.
        shape: Shape of an example.
    """
    if given is None:
        return pictures.is_picture(shape)
    if not isinstance(given, bool) or (given and len(shape) != 3):
        raise ValueError(
            "`as_images` must be None, False, or True for data of shape (height, "
            f"width, channels). Received: {given!r} for data of shape {shape}"
        )
    return given


def outputs_of(discriminator, judged):
    """Returns what D returns for an example, or for as many alike as it needs.

    Some layers take no fewer examples than they compare with each other.
    """
    error = None
    for _ in range(7):  # 1, 2, 4, ..., 64 rows
        try:
            return discriminator(judged, training=False)
        except (ValueError, tf.errors.OpError) as found:
            error = error or found
        judged = tf.nest.map_structure(lambda x: tf.repeat(x, 2, axis=0), judged)
    raise error


def group_of(discriminator):
    """Returns the smallest number of rows of which D's layers take whole groups."""
    layers = (discriminator, *network_checks.all_layers(discriminator))
    return math.lcm(*(getattr(layer, "group_size", None) or 1 for layer in layers))


def rows_fit(discriminator, rows):
    """Checks that layers can cut a number of rows into their groups.

    Args:
        discriminator: D; `group_size` of it and of its layers is how many examples they
            take together.
        rows: Examples that it sees at a time: of one update, on one replica.

    Raises:
        ValueError: If a group does not divide the rows that come to it.
    """
    together = network_checks.together(discriminator)
    if together > 1:
        _check_group(discriminator, rows)
    network, rows = network_checks.unpacked(discriminator), rows // together
    for layer in network_checks.all_layers(network):
        if getattr(layer, "group_size", None):
            _check_group(layer, rows)


def _check_group(layer, rows):
    if rows % layer.group_size:
        raise ValueError(
            f"{type(layer).__name__} takes {layer.group_size} examples together, so "
            "the examples of an update on each replica must be a multiple of that. "
            f"Received: {rows} in the place of {layer.name!r}"
        )


def check_terms(game, terms):
    """Checks that the game has what its terms read.

    Args:
        game: The game, with `view_fields`, names of fields of `kgan.losses.view.View`.
        terms: Sequence of `kgan.terms.LossTerm`.
    """
    terms = list(terms)
    known = {*game.view_fields, *("condition" for t in terms if t.needs_labels)}
    for term in terms:
        term.check_networks(game.networks)
        for field in term.reads:
            if field.replace("labels", "condition") not in known:
                raise ValueError(
                    f"The term {term.kind!r} reads `{field}`, which this game does not "
                    f"have. It has: {', '.join(game.view_fields)}"
                )


def split(element):
    """Splits an element of a data set into `(real, condition)`, or `(real, None)`."""
    real, condition, weights = keras.utils.unpack_x_y_sample_weight(element)
    feeding.refuse_weights({"sample_weight": weights})
    return real, condition


def as_classes(labels):
    """Returns labels as int64 of shape `(batch,)`, which holds any integer.

    Raises:
        ValueError: If they are no integers, or not one for each example.
    """
    labels = tf.convert_to_tensor(labels)
    one_label_each(labels)
    integer_labels(labels)
    return tf.reshape(tf.cast(labels, tf.int64), (-1,))


def compile_fits(game, loss, terms):
    """Checks loss and terms of a game against its networks; see the functions above."""
    warn_of_batch_norm(game.discriminator, terms.penalties)
    augmentation_follows(game.augmentation, loss)
    check_terms(game, terms.named.values())
    heads_are_logits(game.discriminator, terms.further.values())


def main_shape(fake):
    """Returns the shape of an example: of the largest output of several."""
    shapes = [tuple(x.shape[1:]) for x in tf.nest.flatten(fake)]
    return max(shapes, key=math.prod)


def check_real(real, outputs):
    """Checks structure, dtypes and shapes of real data against the generator's outputs.

    Args:
        real: Data of a batch, in the structure of the generator's outputs.
        outputs: A nest of `kgan.Field`: what the generator returns.

    Raises:
        ValueError: If they differ.
    """
    if isinstance(real, dict) and isinstance(outputs, Field):
        first = next(iter(real), None)
        raise ValueError(
            "data must be an array, or (data, labels). Received: a dictionary of "
            f"{', '.join(map(str, real))}; tfds.load(..., as_supervised=True) yields "
            f"(image, label), dataset.map(lambda x: x[{first!r}]) one of its parts"
        )
    try:
        tf.nest.assert_same_structure(real, outputs)
    except (TypeError, ValueError):
        raise ValueError(
            "data must have the structure of the generator's outputs: "
            f"{_structure(outputs)}. Received: {_structure(real)}"
        ) from None
    pairs = tf.nest.flatten(real), tf.nest.flatten(outputs)
    for data, field in zip(*pairs, strict=True):
        dtype(data)
        shape(data, field.shape)


def _structure(nest):
    return tf.nest.map_structure(lambda x: tuple(x.shape), nest)


def dtype(data, name="data"):
    """Checks that real data are floats: uint8 images need scaling first."""
    kind = tf.as_dtype(data.dtype)
    if not kind.is_floating:
        raise ValueError(
            f"{name} must be float32: images in [-1, 1], or points. Received: "
            f"{kind.name}. `kgan.data.load` converts; by hand: x / 127.5 - 1 for uint8"
        )


def shape(data, data_shape, name="data"):
    """Checks that the examples of a batch have the generator's shape."""
    first = (data_shape[-1:] + data_shape[:-1]) if len(data_shape) == 3 else None
    known = tf.TensorShape(data.shape).rank is not None
    if known and tuple(data.shape[1:]) == first != data_shape:
        raise ValueError(
            f"{name} must have the channels last, examples of shape {data_shape}. "
            f"Received: examples of shape {first}; numpy.moveaxis(x, 1, -1) moves them"
        )
    source = ", as the generator gives"
    fields.check_shape(name, data.shape, data_shape, source)


def labels_match(labels, count):
    """Checks that labels come with conditional networks, and the reverse."""
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


def one_label_each(labels):
    """Checks that labels are no one-hot rows, from their shape alone."""
    shape = labels.shape
    if shape.rank is not None and shape.rank > 1 and tuple(shape[1:]) != (1,):
        raise ValueError(
            "labels must be one integer for each example. Received: examples of shape "
            f"{tuple(shape[1:])}; one-hot vectors become classes by "
            "keras.ops.argmax(labels, axis=-1)"
        )
    if shape.rank == 0:
        raise ValueError(
            "labels must be one integer for each example. Received: a single one: "
            "batch the data, as in dataset.batch(64)"
        )


def integer_labels(labels):
    """Checks that labels are integers."""
    if labels.dtype.is_integer:
        return
    remedies = {
        "string": "; names become classes by "
        "keras.layers.StringLookup(vocabulary=names, num_oov_indices=0)",
        "bool": "; tf.cast(labels, tf.int32) makes them 0 and 1",
    }
    whole = '; whole numbers become classes by tf.cast(labels, "int32")'
    raise ValueError(
        f"labels must be integers. Received: dtype {labels.dtype.name}"
        f"{remedies.get(labels.dtype.name, whole)}"
    )
