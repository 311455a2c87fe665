import os

import pytest

from kgan.published import files
from kgan.published.unpickler import Refused


def test_a_file_passes(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"")
    files.check("a file", path)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"`path` must be a box\. Received: .*b"
    ):
        files.check("a box", tmp_path / "b")
    with pytest.raises(Refused, match="a folder"):
        files.check("a box", tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are files elsewhere")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="a pipe or a device"):
        files.check("a box", tmp_path / "pipe")
