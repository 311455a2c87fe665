"""Strategies by name."""

import tensorflow as tf

from kgan.core import registry
from kgan.distribute import cluster, workers


def names() -> list:
    """Returns the names that `get` knows."""
    return ["auto", *_ON_ONE_MACHINE, "multi_worker"]


def get(
    name: str = "auto", patience: float = workers.PATIENCE
) -> tf.distribute.Strategy:
    """Returns a strategy by its name.

    - "none": one device, TensorFlow's default strategy.
    - "mirrored": all devices of this machine.
    - "tpu": the TPU of this machine.
    - "multi_worker": the machines of TF_CONFIG, all devices of each. It must be created
      before TensorFlow runs anything.
    - "auto": "multi_worker" where TF_CONFIG has several workers, "mirrored" where there
      are several GPUs, "none" otherwise.

    Args:
        name: One of `names()`.
        patience: Seconds that "multi_worker" waits for all others.

    Raises:
        ValueError: If there is no such strategy, or TF_CONFIG is invalid.
        OSError: If this worker cannot listen at its address, another one does not come
            (a `TimeoutError`), or there is no TPU.
        RuntimeError: If "multi_worker" is created too late.

    Example:
        ```python
        strategy = kgan.distribute.get("mirrored")
        with strategy.scope():
            gan = kgan.GAN(*kgan.models.dcgan((32, 32, 1)))
            gan.compile()
        gan.fit(train, epochs=10)
        ```
    """
    if name not in names():
        raise ValueError(registry.unknown("`strategy` must be one of", name, names()))
    found = cluster.read()
    several = found is not None and len(found.tasks) > 1
    if name == "multi_worker" or (name == "auto" and several):
        return _multi_worker(found, patience)
    if several:
        raise ValueError(
            f"{cluster.VARIABLE} names {len(found.tasks)} workers, which train "
            f"together with the strategy multi_worker. Received: {name}; to train "
            f"alone, unset {cluster.VARIABLE}"
        )
    if name == "auto":
        gpus = tf.config.list_logical_devices("GPU")
        name = "mirrored" if len(gpus) > 1 else "none"
    return _ON_ONE_MACHINE[name]()


def _multi_worker(found, patience):
    if found is None:
        raise ValueError(
            "The strategy multi_worker needs the environment variable "
            f"{cluster.VARIABLE}, like {cluster.EXAMPLE}. Received: no cluster"
        )
    return workers.connect(found, patience)


def _mirrored():
    if tf.config.list_logical_devices("GPU"):
        return tf.distribute.MirroredStrategy()
    # The default reduction cannot run on CPU devices inside a loop of steps.
    return tf.distribute.MirroredStrategy(
        [device.name for device in tf.config.list_logical_devices("CPU")],
        cross_device_ops=tf.distribute.ReductionToOneDevice(),
    )


def _tpu():
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver.connect()
    except (ValueError, tf.errors.OpError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise OSError(f"The strategy tpu finds no TPU: {reason}") from error
    return tf.distribute.TPUStrategy(resolver)


_ON_ONE_MACHINE = {
    "none": tf.distribute.get_strategy,
    "mirrored": _mirrored,
    "tpu": _tpu,
}
