"""What two statistics share that collect the same."""

from kgan.metrics.feature_rows import Rows
from kgan.metrics.moments import Moments


def test_a_key_tells_kind_and_parameters():
    assert Rows(5).key == Rows(5).key
    assert len({Rows(5).key, Rows(6).key, Rows(5, "logits").key, Moments().key}) == 4
