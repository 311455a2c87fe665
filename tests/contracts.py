"""Checks that every layer, network, loss, penalty and prior has to pass.

Those of layers and networks rest on one pure function of (values, seed, inputs), the
way in which `kgan.GAN` calls its networks: variables are read and written in a
`StatelessScope`.
"""

import itertools
import json
import pathlib
import tempfile

import keras
import numpy as np
import scipy.stats
import tensorflow as tf

from kgan import losses
from kgan.core import seeds
from kgan.losses import gradient_penalties

MIXED_POLICIES = ("mixed_bfloat16", "mixed_float16")


def check_layer(layer_class, arguments, inputs, strategy, per_example=True):
    """Checks a layer: config, saving, modes, gradients, precision, replicas.

    Args:
        layer_class: The class of the layer.
        arguments: Dictionary of its constructor arguments, `seed` included if it
            draws numbers.
        inputs: Float32 array, an even number of examples.
        strategy: A strategy of two replicas.
        per_example: Whether an example's output is independent of the other examples,
            so that two replicas give what one gives.
    """

    def build():
        data = keras.Input(inputs.shape[1:])
        return keras.Model(data, layer_class(**arguments, name="layer")(data))

    check_config(layer_class, arguments)
    model = build()
    check_saving(model, inputs)
    check_modes(model, inputs)
    for policy in MIXED_POLICIES:
        check_precision(build, inputs, policy, output_dtype=policy.split("_")[1])
    if per_example:
        check_replicas(build, inputs, strategy)


def check_network(build, inputs, output_shape, output_range=None, tolerance=2e-4):
    """Checks a network: shapes, names, saving, modes, gradients, precision.

    Args:
        build: Function without arguments that returns the network.
        inputs: Float32 array, or a list of a float32 and an int32 array.
        output_shape: Expected shape of the output for `inputs`.
        output_range: Largest absolute value of the output, or None.
        tolerance: Of derivatives in the graph and under XLA, relative to the largest.
    """
    network = build()
    outputs = network(inputs, training=False).numpy()
    assert outputs.shape == tuple(output_shape)
    assert outputs.dtype == np.float32
    assert network.output_shape == (None, *output_shape[1:])
    if output_range is not None:
        assert np.abs(outputs).max() <= output_range
    check_names(build)
    check_saving(network, inputs)
    check_modes(network, inputs, tolerance)
    for policy in MIXED_POLICIES:
        check_precision(build, inputs, policy, output_dtype="float32")


def check_config(layer_class, arguments):
    """Every argument is an attribute and in the config, which rebuilds the layer."""
    layer = layer_class(**arguments)
    config = layer.get_config()
    for name in arguments:
        assert name in config
        assert hasattr(layer, name)
    assert layer_class.from_config(config).get_config() == config
    serialized = keras.saving.serialize_keras_object(layer)
    assert serialized["registered_name"] == f"kgan>{layer_class.__name__}"
    restored = keras.saving.deserialize_keras_object(serialized)
    assert type(restored) is layer_class
    assert restored.get_config() == config


def check_names(build):
    """Names of layers and weights are the same whatever was built before."""
    first, second = build(), build()
    names = [layer.name for layer in first.layers]
    assert names == [layer.name for layer in second.layers]
    assert len(set(names)) == len(names)
    assert [v.path for v in first.weights] == [v.path for v in second.weights]


def check_saving(model, inputs):
    """A saved model loads in safe mode with equal weights and equal outputs."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.keras"
        model.save(path)
        loaded = keras.models.load_model(path)
    assert [v.path for v in loaded.weights] == [v.path for v in model.weights]
    for old, new in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(old.numpy(), new.numpy())
    np.testing.assert_array_equal(
        model(inputs, training=False), loaded(inputs, training=False)
    )


def check_modes(model, inputs, tolerance=2e-4):
    """Eager, graph and XLA give one result in training, two derivatives included.

    The first gradient must also reach every trainable weight.
    """
    function = derivatives(model)
    arguments = (values(model), seeds.root(3), as_tensors(inputs))
    eager = function(*arguments)
    for name, gradients in eager.items():
        for gradient in gradients:
            assert np.isfinite(gradient).all(), name
    for variable, gradient in zip(
        model.trainable_variables, eager["first"], strict=True
    ):
        assert np.any(gradient), f"no gradient reaches {variable.path}"
    for compiled in (tf.function(function), tf.function(function, jit_compile=True)):
        assert_close(compiled(*arguments), eager, tolerance)


def check_precision(build, inputs, policy, output_dtype, tolerance=0.1):
    """Under a mixed policy: the right dtype out, near to what float32 gives."""
    model = build()
    keras.config.set_dtype_policy(policy)
    try:
        mixed = build()
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(model.get_weights())
    assert all(v.dtype == "float32" for v in mixed.trainable_variables)
    seed, tensors = seeds.root(3), as_tensors(inputs)
    precise = apply(model, values(model), seed, tensors)
    outputs = apply(mixed, values(mixed), seed, tensors)
    assert outputs.dtype == output_dtype
    assert_close(tf.cast(outputs, "float32"), precise, tolerance)


def check_replicas(build, inputs, strategy, tolerance=1e-5):
    """Two replicas with half the batch each give what one gives with all of it."""
    with strategy.scope():
        model = build()
    count = strategy.num_replicas_in_sync
    shares = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(
            np.split(inputs, count)[context.replica_id_in_sync_group]
        )
    )
    expected = apply(model, values(model), replica_state(), tf.constant(inputs))
    for jit_compile in (False, True):
        share_outputs = tf.function(
            lambda values, state, share: apply(model, values, state, share),
            jit_compile=jit_compile,
        )

        @tf.function
        def run(shares, share_outputs=share_outputs):
            return strategy.run(
                lambda share: share_outputs(values(model), replica_state(), share),
                args=(shares,),
            )

        outputs = tf.concat(strategy.experimental_local_results(run(shares)), axis=0)
        assert_close(outputs, expected, tolerance)


def replica_state():
    """The state that `kgan.GAN` gives to a layer's seed generator on this replica."""
    return seeds.layer_state(seeds.root(3), seeds.replica_id())


def values(model):
    """Values of all variables but the seed states, which are not among weights."""
    return [variable.value for variable in model.weights]


def seed_states(model):
    """Variables that hold the state of a seed generator."""
    weights = {id(variable) for variable in model.weights}
    return [v for v in model.non_trainable_variables if id(v) not in weights]


def computing_layers(model):
    """Layers of a Functional model without its inputs, which compute nothing."""
    return [x for x in model.layers if not isinstance(x, keras.layers.InputLayer)]


def as_tensors(inputs):
    """Arrays as tensors, a list of them as a list."""
    return keras.tree.map_structure(tf.convert_to_tensor, inputs)


def apply(model, values, seed, inputs, training=True):
    """Calls `model` with other values and seed, without writing any variable."""
    pairs = list(zip(model.weights, values, strict=True))
    pairs += [(state, tf.cast(seed, state.dtype)) for state in seed_states(model)]
    with keras.StatelessScope(state_mapping=pairs):
        return model(inputs, training=training)


def derivatives(model):
    """Builds a pure function that gives the output and its derivatives.

    It returns a dictionary: `outputs`; `first`, the gradients of a fixed combination
    of the outputs in the trainable weights; `slopes`, those in the examples; and
    `second`, the gradients of the slopes' squared norm in the trainable weights, as a
    gradient penalty has them.
    """

    def function(values, seed, inputs):
        examples, *labels = inputs if isinstance(inputs, list) else [inputs]
        trainable = {id(variable) for variable in model.trainable_variables}
        watched = [
            value
            for variable, value in zip(model.weights, values, strict=True)
            if id(variable) in trainable
        ]
        with tf.GradientTape(persistent=True) as outer:
            outer.watch(watched)
            with tf.GradientTape() as inner:
                inner.watch(examples)
                arguments = [examples, *labels] if labels else examples
                outputs = apply(model, values, seed, arguments)
                with inner.stop_recording():
                    mixture = tf.reshape(
                        tf.cos(tf.range(tf.size(outputs), dtype=tf.float32)),
                        tf.shape(outputs),
                    )
                score = tf.reduce_sum(outputs * mixture)
            slopes = inner.gradient(score, examples)
            penalty = tf.reduce_sum(slopes**2)
        zero = tf.UnconnectedGradients.ZERO
        first = outer.gradient(score, watched)
        second = outer.gradient(penalty, watched, unconnected_gradients=zero)
        return {
            "outputs": [outputs],
            "first": [tf.convert_to_tensor(gradient) for gradient in first],
            "slopes": [slopes],
            "second": [tf.convert_to_tensor(gradient) for gradient in second],
        }

    return function


def assert_close(actual, expected, tolerance):
    """Compares structures; the tolerance is relative to a tensor's largest entry."""

    def compare(x, y):
        x, y = np.asarray(x, "float64"), np.asarray(y, "float64")
        scale = max(np.abs(y).max(initial=0.0), 1e-8)
        np.testing.assert_allclose(x, y, rtol=0, atol=tolerance * scale)

    keras.tree.map_structure(compare, actual, expected)


# Where losses are compared: all pairs of these logits, off the kinks at ±1, so that
# finite differences hold, and far beyond where a logarithm of a sigmoid breaks.
LOGITS = (-50.0, -20.0, -3.0, -0.5, 0.0, 0.3, 1.5, 6.0, 20.0, 50.0)


def check_loss(name, discriminator, generator, **arguments):
    """Checks an adversarial loss: values, gradients, shapes, config, name.

    Args:
        name: The name under which `kgan.losses.get` knows it.
        discriminator: What D minimises, a NumPy function of float64 arrays of real and
            fake logits.
        generator: What G minimises, likewise.
        **arguments: Arguments of the loss's constructor.
    """
    loss = losses.get(name, **arguments)
    assert losses.get(loss) is loss
    assert name in losses.names()
    check_object(loss, arguments)
    logits = np.array(list(itertools.product(LOGITS, LOGITS)))
    for shape in ((-1, 1), (10, 5, 2)):  # a logit for each example, or for each patch
        real, fake = (column.reshape(shape) for column in logits.T)
        check_loss_function(loss.discriminator_loss, discriminator, real, fake)
        check_loss_function(loss.generator_loss, generator, real, fake)
    if not loss.relativistic:
        value = loss.generator_loss(None, tf.constant(fake, tf.float32))
        np.testing.assert_allclose(value, generator(real, fake), rtol=1e-6, atol=1e-6)


def check_loss_function(function, formula, real, fake, step=1e-4):
    """A loss and its gradients equal a formula and its finite differences."""

    def evaluate(real_logits, fake_logits):
        with tf.GradientTape() as tape:
            tape.watch((real_logits, fake_logits))
            value = function(real_logits, fake_logits)
        slopes = tape.gradient(
            value, (real_logits, fake_logits), unconnected_gradients="zero"
        )
        return value, *slopes

    expected = (
        formula(real, fake) + 0.0 * fake,
        (formula(real + step, fake) - formula(real - step, fake)) / (2 * step),
        (formula(real, fake + step) - formula(real, fake - step)) / (2 * step),
    )
    arguments = [tf.constant(logits, tf.float32) for logits in (real, fake)]
    for run in modes(evaluate):
        for actual, wanted in zip(run(*arguments), expected, strict=True):
            assert actual.dtype == tf.float32
            assert actual.shape == wanted.shape
            np.testing.assert_allclose(actual, wanted, rtol=1e-5, atol=1e-5)


def check_prior(prior_class, arguments, cdf):
    """Checks a prior: shape, distribution, rows, graph and eager mode, config.

    Args:
        prior_class: The class of the prior.
        arguments: Dictionary of its constructor arguments, with `latent_dim=3`.
        cdf: Its cumulative distribution function.
    """
    prior = prior_class(**arguments)
    check_object(prior, arguments)
    seed = seeds.root(5)
    latents = prior.sample(4000, seed).numpy()
    assert latents.shape == (4000, 3)
    assert latents.dtype == np.float32
    assert scipy.stats.kstest(latents.ravel(), cdf).pvalue > 0.01
    correlation = np.corrcoef(latents.T) - np.eye(3)
    assert np.abs(correlation).max() < 0.06  # 4 standard deviations
    assert np.mean(latents == prior.sample(4000, seeds.root(6))) < 0.01
    dynamic = tf.function(prior.sample)
    for count in (1, 2, 7, 64, 333):
        rows = latents[:count]
        np.testing.assert_array_equal(prior.sample(count, seed), rows)
        np.testing.assert_array_equal(dynamic(tf.constant(count), seed), rows)


def check_penalty(penalty_class, arguments, formula, strategy):
    """Checks a gradient penalty on a linear and a quadratic critic, and its config.

    The critics are D(x) = w·x and D(x) = w·x + xᵀ A x / 2. The values are compared
    with the formula, the gradients in (w, A) with its finite differences.

    Args:
        penalty_class: The class of the penalty.
        arguments: Dictionary of its constructor arguments.
        formula: NumPy function from gradients, float64 of shape `(examples, size)`, to
            the penalty of each example.
        strategy: A strategy of two replicas.
    """
    penalty = penalty_class(**arguments)
    check_object(penalty, arguments)
    assert gradient_penalties.get({"name": penalty.kind, **arguments}).get_config() == (
        penalty.get_config()
    )
    generator = np.random.default_rng(1)
    real, fake = generator.normal(size=(2, 4, 2, 3, 1)).astype("float32")
    w, matrix = generator.normal(size=6), generator.normal(size=(6, 6))
    seed = seeds.layer_state(seeds.root(2))
    points = penalty.points(tf.constant(real), tf.constant(fake), seed)
    assert points.shape == real.shape
    flat = np.asarray(points, "float64").reshape(4, 6)

    def expected(w, matrix):
        return formula(w + flat @ (matrix + matrix.T) / 2)

    def evaluate(w, matrix, real, fake, seed):
        with tf.GradientTape() as outer:
            outer.watch((w, matrix))
            points = penalty.points(real, fake, seed)
            with tf.GradientTape() as inner:
                inner.watch(points)
                x = tf.reshape(points, (-1, 6))
                form = tf.reduce_sum((x @ matrix) * x, axis=1)
                total = tf.reduce_sum(tf.linalg.matvec(x, w) + form / 2)
            value = penalty.value(inner.gradient(total, points))
            mean = tf.reduce_mean(value)
        return value, *outer.gradient(mean, (w, matrix))

    for critic in ((w, 0 * matrix), (w, matrix)):
        wanted = (
            expected(*critic),
            *finite_differences(lambda *values: expected(*values).mean(), critic),
        )
        tensors = [tf.constant(value, tf.float32) for value in (*critic, real, fake)]
        for run in modes(evaluate):
            for actual, target in zip(run(*tensors, seed), wanted, strict=True):
                assert actual.dtype == tf.float32
                np.testing.assert_allclose(actual, target, rtol=1e-4, atol=1e-4)
    assert value_is_finite_at_zero(penalty)
    check_points_on_replicas(penalty, real, fake, strategy)


def value_is_finite_at_zero(penalty):
    """Returns whether a penalty has a value and a slope where the critic is flat."""
    gradients = tf.zeros((3, 2, 2, 1))
    with tf.GradientTape() as tape:
        tape.watch(gradients)
        value = penalty.value(gradients)
    slope = tape.gradient(value, gradients)
    return np.isfinite(value).all() and np.isfinite(slope).all()


def check_points_on_replicas(penalty, real, fake, strategy):
    """Replicas differentiate at the rows that one replica would differentiate at."""
    seed = seeds.root(2)
    tensors = tf.constant(real), tf.constant(fake)
    expected = penalty.points(*tensors, seeds.layer_state(seed))
    for jit_compile in (False, True):
        points = tf.function(penalty.points, jit_compile=jit_compile)

        @tf.function
        def run(real, fake, points=points):
            def own(real, fake):
                return points(real, fake, seeds.layer_state(seed, seeds.replica_id()))

            return strategy.run(own, args=(real, fake))

        shares = [share_rows(strategy, data) for data in (real, fake)]
        rows = strategy.experimental_local_results(run(*shares))
        # 1e-6: XLA may join a product and a sum into one operation.
        np.testing.assert_allclose(tf.concat(rows, axis=0), expected, atol=1e-6)


def check_object(thing, arguments):
    """Arguments are attributes are config, and the config rebuilds the object."""
    config = thing.get_config()
    for name, value in arguments.items():
        assert getattr(thing, name) == value
        assert name in config
    serialized = keras.saving.serialize_keras_object(thing)
    assert serialized["registered_name"] == f"kgan>{type(thing).__name__}"
    text = json.dumps(serialized)
    restored = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(restored) is type(thing)
    assert restored.get_config() == config


def share_rows(strategy, array):
    """Returns for each replica its contiguous rows of an array."""
    parts = np.split(array, strategy.num_replicas_in_sync)
    return strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(parts[context.replica_id_in_sync_group])
    )


def modes(function):
    """Returns a function of tensors as it is, as a graph, and as a graph under XLA."""
    return function, tf.function(function), tf.function(function, jit_compile=True)


def finite_differences(function, arrays, step=1e-5):
    """Returns the gradient of a scalar NumPy function in each of its arguments."""
    gradients = []
    for position, array in enumerate(arrays):
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            ends = []
            for sign in (1, -1):
                moved = [np.array(other) for other in arrays]
                moved[position][index] += sign * step
                ends.append(function(*moved))
            gradient[index] = (ends[0] - ends[1]) / (2 * step)
        gradients.append(gradient)
    return gradients
