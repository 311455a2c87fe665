"""What all metrics of tables share."""

import numpy as np

from kgan.metrics.column_shapes import ColumnShapes
from kgan.metrics.pair_trends import PairTrends
from kgan.metrics.table_metric import AsMeasured, TableRows


def test_rows_stay_as_they_are_and_no_cache_keeps_them():
    rows = np.array([[1.7e18 + 256, np.nan], [0.1, 2]])
    statistic = TableRows()
    statistic.update(AsMeasured()(rows), None)
    np.testing.assert_array_equal(statistic.rows, rows)
    assert statistic.rows.dtype == np.float64
    assert not statistic.cached


def test_metrics_share_their_rows():
    first, second = ColumnShapes(), PairTrends()
    assert first.seen("real", None) is second.seen("fake", None)
    keys = {s.key for m in (first, second) for s in m.statistics().values()}
    assert len(keys) == 1
    assert AsMeasured().describe() == {"name": "as measured"}
