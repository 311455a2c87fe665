"""Base class of the metrics of tables."""

from kgan.metrics.base import Metric
from kgan.metrics.feature_rows import Rows
from kgan.metrics.features.base import Extractor, Outputs
from kgan.metrics.table_columns import check_tables

# Rows of 50 columns are then 400 MB.
LIMIT = 1_000_000
_LEAST = 20  # rows of each table, of which halves tell something


class AsMeasured(Extractor):
    """Hands on measured rows, in which NaN stands for a missing value."""

    name = "as measured"

    def __call__(self, images):
        return Outputs(None, None, images)

    def describe(self):
        return {"name": self.name}


class TableRows(Rows):
    """The rows of a table in float64; they are its data, and no cache keeps them."""

    cached = False

    def __init__(self):
        super().__init__(LIMIT, "images")


# One for all metrics, so that they share the rows.
_AS_MEASURED = AsMeasured()


class TableMetric(Metric):
    """A figure of measured rows, see `kgan.metrics.table_columns`.

    Held-out rows are read where there are any.
    """

    on_features = False
    of_tables = True
    if_there = frozenset(("held_out",))

    def __init__(self):
        super().__init__()

    def seen(self, role, extractor):
        return _AS_MEASURED

    def statistics(self):
        return {role: TableRows() for role in ("real", "fake", "held_out")}

    def table(self, context):
        """Returns the `kgan.tabular.Table` that the rows were measured by."""
        return context.source.table

    def rows(self, collected, context):
        """Returns the tables by role; raises if one is too short or holds infinity."""
        rows = {role: statistic.rows for role, statistic in collected.items()}
        check_tables(self.table(context).measured_is_number, **rows)
        context.check_counts(f"{self.kind} needs", _LEAST, **rows)
        return rows
