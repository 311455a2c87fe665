"""What must be in order before several replicas train: who was made in which scope."""

import tensorflow as tf


def on_one_device(strategy):
    """Returns whether a strategy is TensorFlow's default one: no strategy at all."""
    with strategy.scope():
        return not tf.distribute.has_strategy()


def check_compile(model, networks, optimizers, steps_per_execution):
    """Refuses what the model's strategy could not run.

    Args:
        model: A game inside the scope of its strategy.
        networks: Its networks by name.
        optimizers: By player, what `compile` was given.
        steps_per_execution: What `compile` was given.

    Raises:
        ValueError: If a network or an optimizer was made outside the scope, a layer
            exchanges statistics in the middle of a step, or the strategy's reduction
            does not run inside of a loop.
    """
    if model.distribute_strategy.num_replicas_in_sync == 1:
        return
    _check_made_inside(model, networks)
    for player, optimizer in optimizers.items():
        _check_variables(f"The optimizer of `{player}`", optimizer)
    _check_synchronized(model)
    _check_reduction(model.distribute_strategy, steps_per_execution)


def check_fit(model, networks):
    """Refuses to train in the scope of another strategy than the model's.

    Raises:
        ValueError: If the model was made in another scope, or in none.
    """
    if not tf.distribute.has_strategy():
        return
    current, own = tf.distribute.get_strategy(), model.distribute_strategy
    if current is not own:
        raise ValueError(
            "`fit` must be called in the scope in which the model was made, or outside "
            f"of any. Received: a model of {type(own).__name__} in the scope of "
            f"{type(current).__name__}"
        )
    if current.num_replicas_in_sync > 1:
        _check_made_inside(model, networks)


def _check_made_inside(model, networks):
    for name, network in networks.items():
        _check_variables(f"`{name}`", network)
    _check_variables("The model", model)


def _check_variables(name, owner):
    """Refuses variables of one device: the first step fails on them without a word."""
    for variable in getattr(owner, "variables", ()):
        if not isinstance(variable.value, tf.distribute.DistributedValues):
            raise ValueError(
                f"{name} must be made inside `with strategy.scope():`, where networks, "
                "model and optimizers belong together. Received: the variable "
                f"{variable.path} from outside"
            )


def _check_synchronized(model):
    """Refuses BatchNormalization that talks to other replicas in the middle of a step.

    The gradient functions are compiled for each replica alone. Moving statistics are
    averaged after the step.
    """
    for layer in model._flatten_layers():
        if getattr(layer, "synchronized", False):
            raise ValueError(
                "A game on several replicas takes no layer with synchronized=True: its "
                "exchange cannot be compiled, and moving statistics are averaged after "
                f"the step. Received: {layer.name}"
            )


def _check_reduction(strategy, steps_per_execution):
    """Refuses a loop over steps where CPU devices reduce in their default way.

    That reduction is made of collective operations, which fail inside of a loop on CPU
    devices of one process, in any Keras model.
    """
    if steps_per_execution == 1 or type(strategy) is not tf.distribute.MirroredStrategy:
        return
    collective = type(strategy.extended._cross_device_ops).__name__
    on_cpu = all("CPU" in device for device in strategy.extended.worker_devices)
    if on_cpu and collective == "CollectiveAllReduce":
        raise ValueError(
            "steps_per_execution > 1 on several CPU devices takes a MirroredStrategy "
            "with cross_device_ops=tf.distribute.ReductionToOneDevice(). Received: "
            f"steps_per_execution={steps_per_execution} with the default reduction"
        )
