"""Checks before several replicas train: what was made in which scope."""

import tensorflow as tf


def on_one_device(strategy):
    """Returns whether a strategy is TensorFlow's default one, no strategy at all."""
    with strategy.scope():
        return not tf.distribute.has_strategy()


def check_compile(model, networks, optimizers, steps_per_execution):
    """Checks that networks and optimizers were made in the scope of a game's strategy.

    And that it can run them: no layer exchanges statistics in the middle of a step, and
    no reduction that fails inside of a loop stands in one.

    Args:
        model: A game inside the scope of its strategy.
        networks: Its networks by name.
        optimizers: By player, what `compile` was given.
        steps_per_execution: What `compile` was given.
    """
    if model.distribute_strategy.num_replicas_in_sync == 1:
        return
    _check_made_inside(model, networks)
    for player, optimizer in optimizers.items():
        _check_variables(f"The optimizer of `{player}`", optimizer)
    _check_synchronized(model)
    _check_reduction(model.distribute_strategy, steps_per_execution)


def check_fit(model, networks):
    """Checks that `fit` is called in the scope of the model's strategy, or in none."""
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
    """Checks for variables of one device, on which the first step would fail."""
    for variable in getattr(owner, "variables", ()):
        if not isinstance(variable.value, tf.distribute.DistributedValues):
            raise ValueError(
                f"{name} must be made inside `with strategy.scope():`, where networks, "
                "model and optimizers belong together. Received: the variable "
                f"{variable.path} from outside"
            )


def _check_synchronized(model):
    """Checks for layers whose exchange cannot be compiled for each replica alone."""
    for layer in model._flatten_layers():
        if getattr(layer, "synchronized", False):
            raise ValueError(
                "A game on several replicas takes no layer with synchronized=True: its "
                "exchange cannot be compiled, and moving statistics are averaged after "
                f"the step. Received: {layer.name}"
            )


def _check_reduction(strategy, steps_per_execution):
    """Checks for a reduction that fails inside of a loop, in any Keras model."""
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
