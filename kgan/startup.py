"""Loads TensorFlow without its start-up lines when the program is the `kgan` command.

TensorFlow's C++ libraries write notes about oneDNN and missing GPUs to file descriptor
2 while they load, before any Python setting can reach them. A library must not hide
them from its users; a command must not show them to its own.
"""

import contextlib
import os
import sys
import tempfile


def is_command():
    """Says whether this process was started as `kgan ...` or `python -m kgan...`."""
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    return name == "kgan" or "kgan.cli" in sys.orig_argv


@contextlib.contextmanager
def quiet_stderr():
    """Holds back what is written to file descriptor 2; shows it if the block fails."""
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            held.seek(0)
            os.write(saved, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)


if is_command():
    with quiet_stderr():
        import keras  # noqa: F401
