import io
import os
import signal
import subprocess
import sys
import threading

import pytest

from kgan.cli import startup


@pytest.mark.parametrize(
    ("argv", "orig_argv", "expected"),
    [
        (["/usr/local/bin/kgan", "train"], ["python", "/usr/local/bin/kgan"], True),
        (["kgan.exe"], ["kgan.exe"], True),
        (["kgan"], ["python", "kgan"], True),
        (["/x/kgan/cli/__main__.py"], ["python", "-m", "kgan.cli", "train"], True),
        (["-m"], ["python", "-m", "kgan.cli"], True),
        (["train.py"], ["python", "train.py"], False),
        (["/home/kgan/train.py"], ["python", "/home/kgan/train.py"], False),
        (["mykgan"], ["mykgan"], False),
        (["pytest", "kgan"], ["python", "-m", "pytest", "kgan"], False),
        ([""], ["python"], False),
        (["-c"], ["python", "-c", "import kgan"], False),
    ],
)
def test_is_command(monkeypatch, argv, orig_argv, expected):
    monkeypatch.setattr(sys, "argv", argv)
    monkeypatch.setattr(sys, "orig_argv", orig_argv)
    assert startup.is_command() is expected


ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
LOG = b"""WARNING: All log messages before absl::InitializeLog() is called are written
I0000 00:00:1795340969.712514   27717 tf_record_dataset_op.cc:396] The buffer size
W0000 00:00:1795340969.712514   27717 some_file.cc:1] Something
E0000 00:00:1795340978.116868   27650 meta_optimizer.cc:967] remapper failed
2026-01-01 10:00:00.123456: I tensorflow/core/util/port.cc:153] oneDNN
To enable the following instructions: AVX2, rebuild TensorFlow
INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
"""


def test_log_lines_are_dropped_and_others_pass(capfd):
    undo = startup.drop_log_lines()
    os.write(2, LOG)
    os.write(2, b"free(): invalid pointer\nF0000 00:00:1.2 3 x.cc:1] Check failed\n")
    os.write(1, b"output\n")
    undo()
    output, errors = capfd.readouterr()
    assert output == "output\n"
    assert errors == "free(): invalid pointer\nF0000 00:00:1.2 3 x.cc:1] Check failed\n"


def test_python_writes_past_the_filter(capfd):
    undo = startup.drop_log_lines()
    print("I0000 00:00:1.2 from Python", file=sys.stderr)
    print("no newline", end="", file=sys.stderr, flush=True)
    undo()
    assert capfd.readouterr().err == "I0000 00:00:1.2 from Python\nno newline"


def test_standard_error_keeps_its_encoding(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), "cp1252"))
    undo = startup.drop_log_lines()
    try:
        assert (sys.stderr.encoding, sys.stderr.errors) == ("cp1252", "strict")
    finally:
        undo()


HOME = ("KERAS_HOME", "MPLCONFIGDIR")


def test_without_a_home_a_temporary_one_is_used(tmp_path, monkeypatch):
    for name in HOME:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    startup.find_home()
    assert not set(HOME) & set(os.environ)
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    startup.find_home()
    assert all(os.path.isdir(os.environ[name]) for name in HOME)


def test_undoing_restores_everything(capfd):
    def lowest_free():
        descriptor = os.dup(0)
        os.close(descriptor)
        return descriptor

    before, stderr, threads = lowest_free(), sys.stderr, threading.active_count()
    for _ in range(3):
        startup.drop_log_lines()()
    assert lowest_free() == before
    assert sys.stderr is stderr
    assert threading.active_count() == threads
    os.write(2, LOG)
    assert capfd.readouterr().err.encode() == LOG


def test_the_command_is_quiet():
    code = (
        "import sys; sys.argv = ['kgan', 'train']; import kgan, tensorflow as tf;"
        "tf.constant(1) + 1; print('done')"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_ctrl_c_while_libraries_load_leaves_no_traceback():
    code = (
        "import os, sys, signal; sys.argv = ['kgan', 'train']; import kgan.cli.startup;"
        "os.kill(os.getpid(), signal.SIGINT); print('went on')"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_the_command_waits_for_the_interrupt():
    before = signal.getsignal(signal.SIGINT)
    try:
        startup.stop_quietly()
        startup.allow_interrupt()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("given", "module", "expected"),
    [(None, "kgan.cli", "1"), ("0", "kgan.cli", "0"), (None, "kgan.core", "None")],
    ids=["command", "user's own", "library"],
)
def test_the_command_alone_chooses_kernels(given, module, expected):
    environment = {k: v for k, v in os.environ.items() if k != ONEDNN}
    if given is not None:
        environment[ONEDNN] = given
    code = f"import os, sys; sys.orig_argv = ['python', '-m', {module!r}]; "
    code += "import kgan.cli.startup; print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == expected, done.stderr


@pytest.mark.parametrize(
    ("backend", "reason"),
    [("torch", "torch"), ("nonsense", "Unable to import backend : nonsense")],
)
@pytest.mark.parametrize("argv", ["kgan", "mine.py"])
def test_a_missing_backend_is_named_in_a_sentence(backend, reason, argv):
    # No `torch` can be imported, whether it is installed or not.
    code = f"import sys; sys.modules['torch'] = None; sys.argv = [{argv!r}, 'train']; "
    done = subprocess.run(
        [sys.executable, "-c", code + "import kgan"],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    *before, last = done.stderr.splitlines()
    assert done.returncode == 1
    assert reason in last
    assert f"KERAS_BACKEND ({backend})" in last
    assert "Set KERAS_BACKEND=tensorflow" in last
    if argv == "kgan":
        assert last.startswith("kgan: ")
        assert before == []
    else:
        assert last.startswith("ImportError: Keras cannot be imported")
        assert "During handling" not in done.stderr
