"""TensorBoard's files: there when the process is killed, and no reason to end a run."""

import re

import tensorflow as tf

# Where in TensorFlow's graph it was, which begins its messages.
_GRAPH = re.compile(r"\{\{.*?\}\}")


class Events:
    """Writes summaries, and says in one line where that is not possible.

    Args:
        log_dir: The directory; made with the first summary.

    Example:
        ```python
        events = Events("logs")
        events.write(step, lambda: tf.summary.scalar("d_loss", 1.38))
        events.close()
        ```
    """

    def __init__(self, log_dir):
        self.log_dir = str(log_dir)
        self._writer = None

    def write(self, step, summarise):
        """Writes what `summarise` summarises at a step, onto the disk."""
        self._attempt(lambda: self._write(step, summarise))

    def close(self):
        """Closes the file; a later summary opens another one."""
        if self._writer is not None:
            self._attempt(self._writer.close)
            self._writer = None

    def _write(self, step, summarise):
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(self.log_dir)
        with self._writer.as_default(step=step):
            summarise()
        self._writer.flush()

    def _attempt(self, write):
        try:
            write()
        except tf.errors.OpError as error:
            reason = " ".join(_GRAPH.sub("", error.message).split())
            print(
                f"\n{self.log_dir} could not be written: {reason}. Training goes on.",
                flush=True,
            )
