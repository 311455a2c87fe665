"""How TensorFlow Serving joins requests into batches."""

import pathlib

from kgan.export.requests import MAX_REQUESTS

NAME = "batching_params.pbtxt"
# A batch is filled up to the next of these, so that few shapes are met.
SIZES = [size for size in (1, 2, 4, 8, 16, 32, 64) if size <= MAX_REQUESTS]
_PARAMETERS = f"""\
# For --enable_per_model_batching_parameters, or as --batching_parameters_file.
max_batch_size {{ value: {MAX_REQUESTS} }}
batch_timeout_micros {{ value: 2000 }}
max_enqueued_batches {{ value: 100 }}
num_batch_threads {{ value: 2 }}
"""


def write(folder: pathlib.Path) -> None:
    """Writes the parameters beside a model, where TensorFlow Serving looks for them."""
    sizes = "".join(f"allowed_batch_sizes: {size}\n" for size in SIZES)
    (folder / NAME).write_text(_PARAMETERS + sizes, "utf-8")
