"""Checks that every layer and every network has to pass.

All of them rest on one pure function of (values, seed, inputs), the way in which
`kgan.GAN` calls its networks: variables are read and written in a `StatelessScope`.
"""

import pathlib
import tempfile

import keras
import numpy as np
import tensorflow as tf

from kgan import seeds

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


def check_network(build, inputs, output_shape, output_range=None):
    """Checks a network: shapes, names, saving, modes, gradients, precision.

    Args:
        build: Function without arguments that returns the network.
        inputs: Float32 array, or a list of a float32 and an int32 array.
        output_shape: Expected shape of the output for `inputs`.
        output_range: Largest absolute value of the output, or None.
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
    check_modes(network, inputs)
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
    return seeds.fold(seeds.root(3), seeds.replica_id() * 2**16)


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
    """Makes a pure function that gives the output and its derivatives.

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
