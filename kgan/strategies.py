"""Strategies of `tf.distribute` by name: on how many devices and machines to train."""

import tensorflow as tf

from kgan import cluster, lookup

# What a collective operation ends with where a worker does not answer any more.
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
)


def names() -> list:
    """Lists what `get` takes."""
    return list(_STRATEGIES)


def get(name: str = "auto") -> tf.distribute.Strategy:
    """Gives a strategy by its name.

    - "none": one device, TensorFlow's default strategy.
    - "mirrored": all devices of this machine.
    - "multi_worker": the machines that TF_CONFIG names, all devices of each.
    - "tpu": the TPU that this machine belongs to.
    - "auto": "multi_worker" where TF_CONFIG names several workers, "mirrored" where
      there are several GPUs, "none" otherwise.

    "multi_worker" must be asked for before TensorFlow runs anything: its collective
    operations are set up when a program starts.

    Args:
        name: One of `names()`.

    Returns:
        A `tf.distribute.Strategy`.

    Raises:
        ValueError: If there is no such strategy, or TF_CONFIG is not what it must be.
        OSError: If this worker cannot listen at its address.

    Example:
        ```python
        strategy = kgan.strategies.get("mirrored")
        with strategy.scope():
            gan = kgan.GAN(*kgan.models.dcgan((32, 32, 1)))
            gan.compile()
        gan.fit(train, epochs=10)
        ```
    """
    if name not in _STRATEGIES:
        raise ValueError(lookup.unknown("`strategy` must be one of", name, names()))
    return _STRATEGIES[name](cluster.read())


def is_chief() -> bool:
    """Says whether this process is the one that writes: TF_CONFIG's first.

    That is its chief, or worker 0 where there is none. True without TF_CONFIG.

    Raises:
        ValueError: If TF_CONFIG is not what it must be.
    """
    found = cluster.read()
    return found is None or found.is_chief


def is_lost_worker(error: BaseException) -> bool:
    """Says whether an error of TensorFlow tells that another worker is gone."""
    found = cluster.read()
    return isinstance(error, _LOST) and found is not None and len(found.tasks) > 1


def _auto(found):
    if found is not None and len(found.tasks) > 1:
        return _multi_worker(found)
    several = len(tf.config.list_logical_devices("GPU")) > 1
    return _mirrored(found) if several else _none(found)


def _none(found):
    _refuse_others("none", found)
    return tf.distribute.get_strategy()


def _mirrored(found):
    _refuse_others("mirrored", found)
    if tf.config.list_logical_devices("GPU"):
        return tf.distribute.MirroredStrategy()
    # The default reduction cannot run on CPU devices inside a loop of steps.
    return tf.distribute.MirroredStrategy(
        [device.name for device in tf.config.list_logical_devices("CPU")],
        cross_device_ops=tf.distribute.ReductionToOneDevice(),
    )


def _refuse_others(name, found):
    """Refuses to train alone in each process of a cluster."""
    if found is not None and len(found.tasks) > 1:
        raise ValueError(
            f"{cluster.VARIABLE} names {len(found.tasks)} workers, which train "
            f"together with the strategy multi_worker. Received: {name}; to train "
            f"alone, unset {cluster.VARIABLE}"
        )


def _multi_worker(found):
    if found is None:
        raise ValueError(
            "The strategy multi_worker needs the environment variable "
            f"{cluster.VARIABLE}, like {cluster.EXAMPLE}. Received: no cluster"
        )
    cluster.listen(found.own).close()
    return tf.distribute.MultiWorkerMirroredStrategy()


def _tpu(found):
    _refuse_others("tpu", found)
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver.connect()
    except (ValueError, tf.errors.OpError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise OSError(f"The strategy tpu finds no TPU: {reason}") from error
    return tf.distribute.TPUStrategy(resolver)


_STRATEGIES = {
    "auto": _auto,
    "none": _none,
    "mirrored": _mirrored,
    "multi_worker": _multi_worker,
    "tpu": _tpu,
}
