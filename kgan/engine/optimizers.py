"""The two optimizers of the game: defaults, loss scaling, what is refused."""

import keras
import tensorflow as tf

# They read or set the one optimizer of a model.
_ONE_OPTIMIZER = (
    keras.callbacks.LearningRateScheduler,
    keras.callbacks.ReduceLROnPlateau,
    keras.callbacks.SwapEMAWeights,
)


def prepare(optimizer, network):
    """Gives an optimizer that is ready to move a network.

    It is wrapped in a `LossScaleOptimizer` of its own for float16, and has its slots
    before any weights are loaded, which would otherwise be skipped.

    Args:
        optimizer: A Keras optimizer, its name, or None for Adam(2e-4, β₁ = 0.5).
        network: The network that it will move.

    Returns:
        A built `keras.optimizers.Optimizer`.

    Raises:
        ValueError: If it averages weights, or accumulates gradients over replicas.
    """
    if optimizer is None:
        optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    optimizer = keras.optimizers.get(optimizer)
    _refuse(getattr(optimizer, "inner_optimizer", optimizer))
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if _computes_in_float16(network) and not scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    if not optimizer.built and network.trainable_variables:
        optimizer.build(network.trainable_variables)
    return optimizer


def _computes_in_float16(network):
    # The layers may have a policy that the network itself does not.
    return any(layer.compute_dtype == "float16" for layer in network._flatten_layers())


def _refuse(optimizer):
    if optimizer.use_ema:
        raise ValueError(
            "An optimizer of a GAN must not have use_ema=True: Keras would exchange "
            "the weights of both networks. Use GAN(ema_momentum=...)."
        )
    if optimizer.gradient_accumulation_steps and (
        tf.distribute.get_strategy().num_replicas_in_sync > 1
    ):
        raise ValueError(
            "gradient_accumulation_steps works on one device alone: Keras applies it "
            "inside a condition, which a distribution strategy cannot run. Use "
            "gan.compile(micro_batches=...), which cuts the batch of each update. "
            f"Received: {optimizer.gradient_accumulation_steps}"
        )


def pair(generator, discriminator):
    """Prepares both optimizers, each given with its network.

    Raises:
        ValueError: If one object is to serve both: it has slots for one network.
    """
    first, second = generator[0], discriminator[0]
    if isinstance(first, keras.optimizers.Optimizer) and first is second:
        raise ValueError(
            "`generator_optimizer` and `discriminator_optimizer` must be two objects. "
            f"Received: one {type(first).__name__} for both"
        )
    return prepare(*generator), prepare(*discriminator)


def refuse_callbacks(callbacks):
    """Refuses callbacks that steer the one optimizer of a model."""
    callbacks = getattr(callbacks, "callbacks", callbacks)  # a `CallbackList`
    for callback in tf.nest.flatten(callbacks or []):
        if isinstance(callback, _ONE_OPTIMIZER):
            raise ValueError(
                f"{type(callback).__name__} steers `model.optimizer`, which a GAN does "
                "not have: it has two. Give schedules to generator_optimizer and "
                "discriminator_optimizer, and ema_momentum to GAN."
            )
