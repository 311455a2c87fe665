"""Settings of the `kgan` command: TensorFlow's kernels and log lines, and no home.

TensorFlow turns the kernels of oneDNN on by itself only where the CPU has instructions
for neural networks; on others, convolutions take twice as long without need. A library
must not choose kernels for all that its process runs; a command does, unless
TF_ENABLE_ONEDNN_OPTS says otherwise.

TensorFlow's C++ libraries write notes about oneDNN, missing GPUs and graph rewriting
straight to file descriptor 2, from their loading on, and no Python setting reaches
them. A library must not hide them from its users; a command must not show them to its
own. `kgan COMMAND --debug` does.
"""

import atexit
import os
import re
import signal
import sys
import tempfile
import threading

# absl's lines, TensorFlow's older ones, and some that stand without a prefix. Fatal
# errors (F) pass.
_LOG_LINE = re.compile(
    rb"[IWE]\d{4} \d\d:\d\d:"
    rb"|\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+: [IWE] "
    rb"|WARNING: All log messages before absl::InitializeLog"
    rb"|To enable the following instructions: "
    rb"|INFO: Created TensorFlow Lite "
)


def import_keras():
    """Imports Keras, whose error does not tell what to do.

    Raises:
        ImportError: If Keras' backend is unknown, or its package is not installed.
        SystemExit: The same, with one line, where this process runs a command.
    """
    try:
        import keras  # noqa: F401
    except (ImportError, ValueError) as error:
        chosen = os.environ.get("KERAS_BACKEND", "not set")
        message = (
            f"Keras cannot be imported: {error}. Its backend is that of KERAS_BACKEND "
            f"({chosen}), else of keras.json. Set KERAS_BACKEND=tensorflow, which "
            "training needs, or install the other backend's package."
        )
        if is_command():
            sys.exit(f"kgan: {message}")
        raise ImportError(message) from None


def is_command():
    """Returns whether this process runs `kgan ...` or `python -m kgan...`."""
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    return name == "kgan" or "kgan.cli" in sys.orig_argv


def drop_log_lines():
    """Drops C++ log lines from file descriptor 2; passes on all others.

    What Python writes to `sys.stderr` takes another way: at once, and unread.

    Returns:
        A function that waits for the last lines and undoes it; it also runs when the
        process ends.
    """
    sys.stderr.flush()
    python_stderr, terminal = sys.stderr, os.dup(2)
    source, sink = os.pipe()
    os.dup2(sink, 2)
    os.close(sink)
    as_before = {"encoding": python_stderr.encoding, "errors": python_stderr.errors}
    sys.stderr = os.fdopen(terminal, "w", buffering=1, closefd=False, **as_before)
    reader = threading.Thread(target=_forward, args=(source, terminal), daemon=True)
    reader.start()

    def undo():
        atexit.unregister(undo)
        sys.stderr.flush()
        sys.stderr = python_stderr
        os.dup2(terminal, 2)  # the pipe's last writer: its reader comes to the end
        reader.join(timeout=1.0)
        os.close(terminal)

    atexit.register(undo)
    return undo


def _forward(source, target):
    with os.fdopen(source, "rb") as lines:
        for line in lines:
            if not _LOG_LINE.match(line):
                os.write(target, line)


def find_home():
    """Lets other packages keep what they keep in a home directory in a temporary one.

    For a user without a home: TensorFlow would make a folder named "~", and Matplotlib
    prints a line about it.
    """
    if not os.path.isdir(os.path.expanduser("~")):
        folder = tempfile.TemporaryDirectory(prefix="kgan-")
        atexit.register(folder.cleanup)
        os.environ.setdefault("KERAS_HOME", folder.name)
        os.environ.setdefault("MPLCONFIGDIR", folder.name)


def stop_quietly():
    """Ends the process at Ctrl-C with status 130, without a traceback of imports.

    Until the command itself waits for a `KeyboardInterrupt`: it restores Python's own
    handler with `allow_interrupt`.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))


def allow_interrupt():
    """Restores Python's handling of Ctrl-C: `KeyboardInterrupt`."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


if is_command():
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if not sys.stderr.isatty():
        # Bars of huggingface_hub would be lines of their own in a file.
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    find_home()
    if "--debug" not in sys.argv:
        # From its loading on, the pipe drops what this does not. It drops by the first
        # line, though, and an error of the network has more.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        drop_log_lines()
        stop_quietly()
import_keras()
