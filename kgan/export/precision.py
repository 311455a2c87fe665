"""Networks of mixed precision, in float32 for runtimes without it."""

import keras
import numpy as np

_LOW = ("float16", "bfloat16", "mixed_float16", "mixed_bfloat16")


def in_float32(network):
    """Returns a network of the same weights that computes in float32.

    It is the network itself if it does so already.

    Raises:
        ValueError: If it cannot be built again from its configuration.
    """
    policies = {layer.dtype_policy.name for layer in network._flatten_layers()}
    if policies.isdisjoint(_LOW):
        return network
    try:
        config = keras.saving.serialize_keras_object(network)
        copy = keras.saving.deserialize_keras_object(_without_low_precision(config))
        copy.set_weights([np.float32(value) for value in network.get_weights()])
    except Exception as error:  # a constructor may raise anything
        raise ValueError(
            f"A network of {network.dtype_policy.name} must be built again in float32 "
            f"from its `get_config`. It cannot: {error}"
        ) from error
    return copy


def _without_low_precision(config):
    """Returns a configuration with every dtype and policy of 16 bits in float32."""
    if isinstance(config, dict):
        return {key: _without_low_precision(value) for key, value in config.items()}
    if isinstance(config, (list, tuple)):
        return type(config)(map(_without_low_precision, config))
    return "float32" if config in _LOW else config
