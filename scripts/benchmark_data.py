"""Measures how fast the data pipeline gives batches, on its own and in front of a step.

Example:
    python scripts/benchmark_data.py --data=mnist --image_size=32 --data_dir=DIR
"""

import time

import numpy as np
import tensorflow as tf
from absl import app, flags

import kgan.data

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "digits", "A name or a folder, see `kgan.data.source`.")
flags.DEFINE_string("data_dir", None, "Where TFDS data lies.")
flags.DEFINE_integer("image_size", None, "Images are resized to it.")
flags.DEFINE_multi_integer("batch_size", [16, 64, 256], "One row for each.")
flags.DEFINE_integer("steps", 1000, "Batches that are timed.", lower_bound=1)
flags.DEFINE_bool("hold", True, "Hold the images in memory; else decode by index.")
flags.DEFINE_float("step_ms", 0, "Time of a training step, in which nothing computes.")


def seconds_per_batch(dataset: tf.data.Dataset, step_seconds: float) -> float:
    """Returns the mean time for which whoever asks for a batch waits."""
    iterator = iter(dataset)
    next(iterator)
    waits = []
    for _ in range(FLAGS.steps):
        time.sleep(step_seconds)
        begin = time.perf_counter()
        next(iterator)
        waits.append(time.perf_counter() - begin)
    return float(np.mean(waits))


def main(argv: list[str]) -> None:
    del argv
    options = {} if FLAGS.hold else {"memory_limit": 0}
    begin = time.perf_counter()
    source = kgan.data.source(
        FLAGS.data, FLAGS.image_size, data_dir=FLAGS.data_dir, **options
    )
    next(iter(kgan.data.load(source, 1)))
    print(f"{source!r}: ready after {time.perf_counter() - begin:.1f} s")
    print(f"{'batch':>6} {'ms/batch':>9} {'µs/image':>9} {'images/s':>10}")
    for batch_size in FLAGS.batch_size:
        dataset = kgan.data.load(source, batch_size, steps_per_epoch=FLAGS.steps + 1)
        seconds = seconds_per_batch(dataset, FLAGS.step_ms / 1000)
        print(
            f"{batch_size:6} {seconds * 1e3:9.3f} {seconds / batch_size * 1e6:9.2f} "
            f"{batch_size / seconds:10.0f}"
        )


if __name__ == "__main__":
    app.run(main)
