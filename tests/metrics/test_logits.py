import numpy as np
import pytest

from kgan.metrics.feature_rows import Rows
from kgan.metrics.logits import Logits
from kgan.metrics.statistic import Outputs

LOGITS = np.arange(12, dtype="float32").reshape(6, 2)


def _outputs(logits):
    return Outputs(np.zeros((6, 3), "float32"), logits, np.zeros((6, 8, 8, 1), "uint8"))


def test_first_logits_and_their_labels_are_kept():
    statistic = Logits(limit=4)
    statistic.update(_outputs(LOGITS), np.arange(6))
    np.testing.assert_array_equal(statistic.rows, LOGITS[:4])
    np.testing.assert_array_equal(statistic.labels, np.arange(4))
    assert statistic.count == 6


def test_features_alone_are_refused():
    with pytest.raises(ValueError, match=r"extractor that classifies.*logits=None"):
        Logits().update(_outputs(None), None)


def test_key_tells_limits_and_outputs_apart():
    assert Logits(5).key == Logits(5).key
    assert len({Logits(5).key, Logits(6).key, Rows(5).key}) == 3


def test_state_comes_back():
    statistic, restored = Logits(), Logits()
    statistic.update(_outputs(LOGITS), np.arange(6))
    restored.restore(statistic.state())
    np.testing.assert_array_equal(restored.rows, LOGITS)
    np.testing.assert_array_equal(restored.labels, np.arange(6))
    assert restored.count == 6
