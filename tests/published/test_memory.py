"""What it takes to open a large published network, measured in a process of its own."""

import pathlib
import subprocess
import sys

import pytest
from published_stylegan2 import Networks

MEASURE = """
import sys
import kgan
import tensorflow as tf

def read(name):
    text = open("/proc/self/status").read()
    return int(text.split(name)[1].split()[0]) / 1024

tf.zeros(()) + 1  # TensorFlow takes what it needs for any computation
before = read("VmRSS:")
gan = kgan.models.load_stylegan2(sys.argv[1])
print(read("VmHWM:") - before, read("VmRSS:") - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_the_peak_is_at_most_twice_the_file_and_the_model(tmp_path):
    path = tmp_path / "large.pkl"
    large = {"latents": 512, "width": 512, "mapping_layers": 8}
    path.write_bytes(Networks(size=64, channels=512, **large).pickle())
    root = str(pathlib.Path(__file__).parents[2])
    command = [sys.executable, "-c", MEASURE, str(path)]
    found = subprocess.run(
        command, cwd=root, check=True, text=True, stdout=subprocess.PIPE
    )
    peak, model = map(float, found.stdout.split()[-2:])
    file = path.stat().st_size / 2**20
    print(f"file {file:.0f} MiB, model {model:.0f} MiB, peak {peak:.0f} MiB")
    assert file > 300
    assert peak <= 2 * file + model
