"""A signal is a wish at first; the second one is an order."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from kgan.runs import interrupts

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@BOTH
def test_the_first_signal_is_kept(number, capfd):
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    with interrupts.Stop() as stop:
        assert not stop.requested()
        os.kill(os.getpid(), number)
        assert stop.requested()
        assert stop.number == number
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before
    assert capfd.readouterr().err == (
        "\nStopping after this step; once more stops at once.\n"
    )


@BOTH
def test_the_second_signal_ends_the_process(number):
    text = (
        "import os, time\n"
        "from kgan.runs import interrupts\n"
        "with interrupts.Stop():\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    print('still here', flush=True)\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    print('too late', flush=True)\n"
    )
    # What the module needs, without what `import kgan` brings.
    stub = "import sys, types; sys.modules['keras'] = keras = types.ModuleType('keras')"
    stub += "\nkeras.callbacks = types.SimpleNamespace(Callback=object)\n"
    path = os.path.dirname(os.path.dirname(interrupts.__file__))
    package = "kgan = types.ModuleType('kgan'); sys.modules['kgan'] = kgan\n"
    package += f"kgan.__path__ = [{path!r}]\n"
    found = subprocess.run(
        [sys.executable, "-c", stub + package + text], capture_output=True, text=True
    )
    assert found.returncode == -number
    assert found.stdout == "still here\n"


def test_handlers_are_restored_after_an_error():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(RuntimeError), interrupts.Stop():
        raise RuntimeError
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_thread_leaves_signals_alone():
    before, seen = signal.getsignal(signal.SIGINT), []

    def work():
        with interrupts.Stop() as stop:
            seen.extend([signal.getsignal(signal.SIGINT), stop.requested()])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before, False]


@BOTH
def test_fit_ends_between_two_steps(number):
    class Wish:
        number = None

        def requested(self):
            return self.number is not None

    wish = Wish()
    callback = interrupts.StopBetweenSteps(wish)
    callback.on_train_batch_begin(0)
    wish.number = number
    with pytest.raises(interrupts.Stopped) as stopped:
        callback.on_train_batch_begin(1)
    assert stopped.value.number == number
    assert stopped.value.status == 128 + number
    assert isinstance(stopped.value, KeyboardInterrupt)


def test_sigterm_leaves_a_block_that_cleans_up():
    before, cleaned = signal.getsignal(signal.SIGTERM), []

    @interrupts.termination()
    def work():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            pytest.fail("went on")
        finally:
            cleaned.append(True)

    with pytest.raises(interrupts.Stopped, match="stopped") as stop:
        work()
    assert stop.value.status == 143
    assert cleaned
    assert signal.getsignal(signal.SIGTERM) == before
