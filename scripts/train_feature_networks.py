"""Trains the small classifiers whose features `kgan.metrics` compares images by.

    python scripts/train_feature_networks.py --dataset=mnist
    python scripts/train_feature_networks.py --dataset=fashion_mnist
    python scripts/train_feature_networks.py --dataset=cifar10
    python scripts/train_feature_networks.py --dataset=digits

Writes `runs/networks/NAME.keras` (those that come with kgan: with
`--output=kgan/metrics/networks`) and prints its accuracy on the test split,
which training never sees; that of the digits are the last 360, by other writers. The
network is a chain of convolutions with batch normalisation that halves its image in
each stage and takes the largest value of each of its last channels, the features. Its
learning rate falls linearly.
"""

import argparse
import pathlib

import keras
import numpy as np
import tensorflow as tf

import kgan.data

# Width of each stage, passes through the data, largest shift in pixels, and
# whether an image may be mirrored: a mirrored digit is another one, or none.
SETTINGS = {
    "digits": {"widths": (32, 64), "epochs": 60, "shift": 1, "mirror": False},
    "mnist": {"widths": (16, 32, 64), "epochs": 12, "shift": 2, "mirror": False},
    "fashion_mnist": {"widths": (20, 40, 80), "epochs": 12, "shift": 2, "mirror": True},
    "cifar10": {
        "widths": (48, 96, 192),
        "pool_first": True,
        "epochs": 13,
        "shift": 2,
        "mirror": True,
    },
}
BATCH_SIZE = 256
LEARNING_RATE = 0.01
TEST_DIGITS = 360


def build(
    image_shape: tuple, num_classes: int, widths: tuple, pool_first: bool = False
) -> keras.Model:
    """Builds a classifier of images in [0, 255].

    Args:
        image_shape: `(height, width, channels)`.
        num_classes: Number of logits.
        widths: Channels of each stage; the last is the number of features.
        pool_first: Whether a stage halves the image before its first convolution, for
            which wide stages then cost less.

    Returns:
        A model whose layer `features` precedes its logits.
    """
    layers = keras.layers
    images = keras.Input(image_shape)
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(images)
    x = _convolve(x, widths[0])
    for width in widths:
        if pool_first:
            x = _convolve(layers.MaxPooling2D()(x), width)
        else:
            x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
            x = layers.MaxPooling2D()(x)
            x = layers.Activation("relu")(layers.BatchNormalization()(x))
        x = _convolve(x, width)
    features = layers.GlobalMaxPooling2D(name="features")(x)
    logits = layers.Dense(num_classes, name="logits")(features)
    return keras.Model(images, logits)


def _convolve(x, width):
    layers = keras.layers
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
    return layers.Activation("relu")(layers.BatchNormalization()(x))


def load(name: str) -> tuple:
    """Reads a data set.

    Args:
        name: One of `SETTINGS`.

    Returns:
        Two pairs of float32 images in [0, 255] and int32 labels: to train, to test.
    """
    source = kgan.data.source(name)
    images, labels = source.read().astype(np.float32), source.labels
    if source.name == "digits":
        halves = slice(None, -TEST_DIGITS), slice(-TEST_DIGITS, None)
        return tuple((images[half], labels[half]) for half in halves)
    test = kgan.data.source(name, split="test")
    return (images, labels), (test.read().astype(np.float32), test.labels)


def batches(images, labels, shift: int, mirror: bool) -> tf.data.Dataset:
    """Returns shuffled batches of shifted, perhaps mirrored images and labels."""
    height, width, channels = images.shape[1:]
    padding = [(0, 0), (shift, shift), (shift, shift), (0, 0)]
    mode = "reflect" if mirror else "edge"
    padded = tf.constant(np.pad(images, padding, mode))
    labels = tf.constant(labels)

    def change(indices):
        chosen = tf.gather(padded, indices)
        top, left = tf.unstack(tf.random.uniform((2,), 0, 2 * shift + 1, tf.int32))
        chosen = chosen[:, top : top + height, left : left + width]
        chosen = tf.ensure_shape(chosen, (None, height, width, channels))
        if mirror:
            chosen = tf.image.random_flip_left_right(chosen)
        return chosen, tf.gather(labels, indices)

    order = tf.data.Dataset.range(len(images)).shuffle(len(images), seed=0)
    # Small groups share a shift; eight of them make a batch.
    groups = order.batch(BATCH_SIZE // 8, drop_remainder=True).map(change, 2)
    eight = groups.batch(8, drop_remainder=True)
    return eight.map(
        lambda x, y: (tf.reshape(x, (-1, height, width, channels)), tf.reshape(y, [-1]))
    ).prefetch(2)


def train(name: str) -> tuple:
    """Trains the network of a data set.

    Args:
        name: One of `SETTINGS`.

    Returns:
        `(network, accuracy)`: the model, and its accuracy on the test split.
    """
    settings = SETTINGS[name]
    keras.utils.set_random_seed(0)
    (images, labels), (test_images, test_labels) = load(name)
    num_classes = int(labels.max()) + 1
    network = build(
        images.shape[1:],
        num_classes,
        settings["widths"],
        settings.get("pool_first", False),
    )
    steps = settings["epochs"] * (len(images) // BATCH_SIZE)
    rate = keras.optimizers.schedules.PolynomialDecay(
        LEARNING_RATE, steps, end_learning_rate=0.0
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=0.01),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        metrics=["accuracy"],
    )
    data = batches(images, labels, settings["shift"], settings["mirror"])
    one_hot = data.map(lambda x, y: (x, tf.one_hot(y, num_classes)))
    network.fit(one_hot, epochs=settings["epochs"], shuffle=False, verbose=2)
    logits = network.predict(test_images, 360, verbose=0)
    return network, float(np.mean(logits.argmax(axis=1) == test_labels))


def main() -> None:
    """Trains, writes and judges the network that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", choices=tuple(SETTINGS), required=True)
    parser.add_argument("--output", type=pathlib.Path, default="runs/networks")
    arguments = parser.parse_args()
    network, accuracy = train(arguments.dataset)
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / f"{arguments.dataset}.keras"
    # Without the optimizer: whoever loads it only looks.
    keras.Model(network.inputs[0], network.outputs[0]).save(path)
    size = path.stat().st_size
    print(f"{path.name}: accuracy {accuracy:.4f} on test images, {size:,} bytes")


if __name__ == "__main__":
    main()
