"""Plays a game of `configurations` for three rounds, and gives all that came of it.

It asks kgan for public names alone: the same lines play with the code of any commit.
"""

import configurations
import keras
import numpy as np
import tensorflow as tf

import kgan

ROUNDS, ROWS, LATENTS, SHAPE = 3, 8, 4, (8, 8, 1)
PARTS = ("generator", "discriminator", "ema_generator", "augmentation")
_OF_MODEL = {
    *("prior", "augmentation", "ema_momentum"),
    *("discriminator_steps", "generator_steps"),
}
_OF_NETWORKS = {
    *("classes", "labels_for_d", "heads", "packing"),
    *("spectral", "dropout", "units", "decay"),
}


def networks(
    classes=None,
    labels_for_d=True,
    heads=None,
    packing=1,
    spectral=False,
    dropout=0.2,
    units=16,
    decay=0.0,
):
    """Builds a generator with BatchNormalization, a discriminator with dropout.

    `decay` is the strength of losses that the networks have of their own.
    """
    layers, (*sides, channels) = keras.layers, SHAPE
    z, label = keras.Input((LATENTS,)), keras.Input((), dtype="int32")
    image = keras.Input((*sides, channels * packing))
    x, g_inputs, d_inputs = z, z, image
    y = layers.Conv2D(4, 3, 2, "same", activation="leaky_relu")(image)
    y = layers.Flatten()(y)
    if classes:
        x = layers.Concatenate()([z, layers.Embedding(classes, 2)(label)])
        g_inputs = [z, label]
    if classes and labels_for_d:
        y = layers.Concatenate()([y, layers.Embedding(classes, 2)(label)])
        d_inputs = [image, label]
    own = keras.regularizers.L2(decay) if decay else None
    x = layers.Dense(units, kernel_regularizer=own)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dense(64, activation="tanh", dtype="float32")(x)
    if dropout:
        y = layers.Dropout(dropout, seed=7)(y)
    logits = layers.Dense(1, kernel_regularizer=own, dtype="float32", name="score")
    logits = kgan.layers.SpectralNormalization(logits) if spectral else logits
    outputs = logits(y)
    if heads:
        further = {
            head: layers.Dense(width, dtype="float32", name=head)(y)
            for head, width in heads.items()
        }
        outputs = {"logits": outputs, **further}
    generator = keras.Model(g_inputs, layers.Reshape(SHAPE)(x))
    discriminator = keras.Model(d_inputs, outputs)
    if packing > 1:
        discriminator = kgan.models.Packed(discriminator, packing)
    return generator, discriminator


def optimizer(learning_rate=1e-2, **arguments):
    """An Adam that another machine's rounding does not turn round.

    Where a gradient is next to zero, Adam's step is as long as any other, and its sign
    is that of the rounding. A large epsilon ends that, and lets the step tell how long
    the gradient is.
    """
    return keras.optimizers.Adam(learning_rate, 0.5, epsilon=1e-2, **arguments)


def make(**differs):
    """Builds and compiles a game; arguments are sorted by their names."""
    taken = {name: differs.pop(name) for name in _OF_NETWORKS & differs.keys()}
    model = {name: differs.pop(name) for name in _OF_MODEL & differs.keys()}
    gan = kgan.GAN(*networks(**taken), **{"discriminator_steps": 2, **model})
    compiled = {
        "generator_optimizer": optimizer(),
        "discriminator_optimizer": optimizer(),
        "jit_compile": False,
    }
    gan.compile(**(compiled | differs))
    return gan


def data(gan, count, seed=0):
    """Random images, with labels where the game takes them."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (count, *SHAPE)).astype("float32")
    y = rng.integers(0, 3, count).astype("int32")
    return (x,) if gan.num_classes is None else (x, y)


def fit(gan, rounds, seed=0):
    """Plays so many rounds on random data; gives what was logged."""
    count = ROWS * rounds * gan.discriminator_steps
    x = data(gan, count, seed)
    batches = tf.data.Dataset.from_tensor_slices(x if len(x) > 1 else x[0])
    return gan.fit(batches.batch(ROWS, drop_remainder=True), verbose=0).history


def state(gan):
    """Copies of all that a game goes on from, by names that outlive its classes.

    Names of layers count what Keras made before, so that a network's variables go by
    their places, and a term's by its kind.
    """
    found = {}
    for part in PARTS:
        for i, variable in enumerate(getattr(getattr(gan, part), "variables", ())):
            found[f"{part}/{i:02} {variable.name}"] = np.array(variable)
    for part in ("generator_optimizer", "discriminator_optimizer"):
        for i, variable in enumerate(getattr(gan, part).variables):
            found[f"{part}/{i:02}"] = np.array(variable)
    for term in getattr(gan, "terms", ()):
        for variable in getattr(term, "variables", ()):
            name = f"term {getattr(term, 'kind', term.name)}/{variable.name}"
            assert name not in found, f"two of {name}"
            found[name] = np.array(variable)
    clock = {name: getattr(gan, name) for name in ("step", "position", "rollbacks")}
    return found | {
        f"clock/{n}": np.array(value, "int64") for n, value in clock.items()
    }


def answers(gan):
    """What a trained game says: `evaluate`, `predict`, `generate`."""
    x, *labels = data(gan, 2 * ROWS, seed=1)
    said = gan.evaluate(x, *labels, batch_size=ROWS, verbose=0, return_dict=True)
    found = {f"evaluate/{name}": np.array(value) for name, value in said.items()}
    latents = np.random.default_rng(2).normal(size=(ROWS, LATENTS)).astype("float32")
    asked = [latents, labels[0][:ROWS]] if labels else latents
    found["predict"] = gan.predict(asked, verbose=0)
    return found | {"generate": gan.generate(4, seed=1)}


def play(name, strategy=None):
    """Plays a configuration.

    Args:
        name: A name of `configurations.TABLE`.
        strategy: Where it is played. None: the one in whose scope this is called.

    Returns:
        A dictionary of NumPy arrays.
    """
    keras.utils.set_random_seed(1)
    keras.config.set_dtype_policy(configurations.POLICIES.get(name, "float32"))
    with (strategy or tf.distribute.get_strategy()).scope():
        gan = make(**configurations.TABLE[name](kgan))
    logged = fit(gan, ROUNDS)
    assert gan.step == ROUNDS
    logs = {f"logs/{key}": np.array(values) for key, values in logged.items()}
    return state(gan) | answers(gan) | logs


def strategy(name):
    """Returns the strategy of a configuration; nothing may have run before."""
    count = configurations.REPLICAS.get(name, 1)
    if count == 1:
        return None
    cpu = tf.config.list_physical_devices("CPU")[0]
    devices = [tf.config.LogicalDeviceConfiguration()] * count
    tf.config.set_logical_device_configuration(cpu, devices)
    return tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(count)])
