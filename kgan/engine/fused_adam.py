"""Adam's step as one operation of TensorFlow, for weights that are large."""

import functools

import keras
import tensorflow as tf
from keras import ops

# Entries from which on a step is memory traffic rather than calls of operations.
LARGE = 2**16


def install(optimizer):
    """Has a Keras Adam move large weights by `ResourceApplyAdam`.

    Keras' own step reads and writes arrays as large as the weight some thirty times,
    the operation seven times. Both compute the same formula; TensorFlow rounds 1 − β
    after it made β a float32, which is a relative 10⁻⁵ of the second moment. All else
    that an optimizer does (its clipping, decay, counter, variables, saving) stays.

    Args:
        optimizer: Any optimizer; only an `Adam`, or a subclass with its step, changes.
    """
    adam = keras.optimizers.Adam
    if not isinstance(optimizer, adam) or optimizer.amsgrad:
        return
    if type(optimizer).update_step is adam.update_step:
        optimizer.update_step = functools.partial(update_step, optimizer)


def update_step(adam, gradient, variable, learning_rate):
    """Moves one variable, in place of `keras.optimizers.Adam.update_step`."""
    sparse = isinstance(gradient, tf.IndexedSlices)
    if sparse or (variable.shape.num_elements() or 0) < LARGE:
        type(adam).update_step(adam, gradient, variable, learning_rate)
        return
    dtype, index = variable.dtype, adam._get_variable_index(variable)
    step = ops.cast(adam.iterations + 1, dtype)
    beta_1, beta_2 = (ops.cast(beta, dtype) for beta in (adam.beta_1, adam.beta_2))
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=adam._momentums[index].value.handle,
        v=adam._velocities[index].value.handle,
        beta1_power=ops.power(beta_1, step),
        beta2_power=ops.power(beta_2, step),
        lr=ops.cast(learning_rate, dtype),
        beta1=beta_1,
        beta2=beta_2,
        epsilon=ops.cast(adam.epsilon, dtype),
        grad=ops.cast(gradient, dtype),
    )
