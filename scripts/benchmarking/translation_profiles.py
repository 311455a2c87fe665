"""What a step of image translation spends its time on, by kinds of operations.

Operations run one after the other, each on all threads, so that times add up.
"""

import collections
import glob
import tempfile
import time

# A kind and parts of the names of its operations, in TensorFlow or PyTorch; the first
# that fits counts.
KINDS = {
    "convolutions": ("conv",),
    "Adam": ("adam",),
    "padding, cutting, joining": (
        *("pad", "slice", "concat", "cat", "copy_", "clone", "contiguous", "constant"),
    ),
    "normalisation": ("batch_norm", "mean", "squareddifference", "rsqrt", "tile"),
}
REST = "products, sums, activations, draws"


def by_kind(milliseconds: dict) -> dict:
    """Returns milliseconds by kind, the rest last.

    Args:
        milliseconds: By name of an operation.
    """
    found = dict.fromkeys([*KINDS, REST], 0.0)
    for name, spent in milliseconds.items():
        fits = (
            k for k, parts in KINDS.items() if any(p in name.lower() for p in parts)
        )
        found[next(fits, REST)] += spent
    return found


class Kgan:
    """Profiles a step of kgan's game by TensorFlow's profiler."""

    def __init__(self, case: dict, plan: dict):
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(case["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(1)
        from benchmarking.translation_kgan import Translation

        side = Translation(case | {"threads": 0}, plan)
        self.step = tf.function(side.make_gan().train_step)
        self.batch = next(iter(side.batches()))

    def serve(self, blocks) -> None:
        """Profiles blocks of steps until there is none left."""
        import tensorflow as tf

        profiler = tf.profiler.experimental
        while steps := blocks.wait():
            with tempfile.TemporaryDirectory() as folder:
                profiler.start(folder)
                begin = time.perf_counter()
                for _ in range(steps):
                    self.step(self.batch)
                tf.test.experimental.sync_devices()
                seconds = time.perf_counter() - begin
                profiler.stop()
                spent = _of_trace(folder)
            blocks.report(seconds, kinds=by_kind(spent))


def _of_trace(folder):
    """Returns milliseconds by operation."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    (path,) = glob.glob(f"{folder}/**/*.xplane.pb", recursive=True)
    space, found = xplane_pb2.XSpace(), collections.Counter()
    with open(path, "rb") as file:
        space.ParseFromString(file.read())
    for plane in space.planes:
        names = {key: value.name for key, value in plane.event_metadata.items()}
        for line in plane.lines:
            for event in line.events:
                found[operation(names[event.metadata_id])] += event.duration_ps / 1e9
    del found[None]
    return found


def operation(event: str) -> str | None:
    """Returns the operation of an event of TensorFlow's profiler; None: of no one.

    Operations are written `name:kind`, functions of C++ `A::B`, and the step as a whole
    `A: B`.
    """
    scope, _, kind = event.rpartition(":")
    if not scope or scope.endswith(":") or kind.startswith(" "):
        return None
    return "adam" if scope.startswith("adam") else kind


class Torch:
    """Profiles a step of PyTorch's."""

    def __init__(self, case: dict, plan: dict):
        from benchmarking import translation_torch

        self.game = translation_torch.same_order(case, plan)

    def serve(self, blocks) -> None:
        """Profiles blocks of steps until there is none left."""
        import torch

        while steps := blocks.wait():
            begin = time.perf_counter()
            with torch.profiler.profile() as profile:
                for _ in range(steps):
                    self.game.step()
            seconds = time.perf_counter() - begin
            spent = {e.key: e.self_cpu_time_total / 1e3 for e in profile.key_averages()}
            blocks.report(seconds, kinds=by_kind(spent))
