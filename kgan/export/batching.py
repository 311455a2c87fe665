"""How TensorFlow Serving joins requests into batches."""

import pathlib

from kgan.export.requests import MAX_REQUESTS

NAME = "batching_params.pbtxt"
# Where to start from, to be tuned to one's traffic: TensorFlow Serving's guide on
# batching says a few milliseconds and a thread for each core. No sizes that batches
# are filled up to: a graph of any size needs none, and what fills up is computed.
_PARAMETERS = f"""\
# For --enable_per_model_batching_parameters, or as --batching_parameters_file.
max_batch_size {{ value: {MAX_REQUESTS} }}
batch_timeout_micros {{ value: 2000 }}
max_enqueued_batches {{ value: 100 }}
num_batch_threads {{ value: 2 }}
"""


def write(folder: pathlib.Path) -> None:
    """Writes the parameters beside a model, where TensorFlow Serving looks for them."""
    (folder / NAME).write_text(_PARAMETERS, "utf-8")
