"""One metric in a measurement: its statistics, figures, names and provenance."""

from kgan.metrics.base import Few
from kgan.metrics.evaluation import Measurement


class Job:
    """A metric with its extractor.

    Args:
        metric: The `Metric`.
        extractor: The `Extractor` of its features.
        lacking: Roles of which there are no examples; those it can do without are not
            read.

    Attributes:
        roles: Names of the sets of examples that it reads.
        collected: `Statistic` by role, of the sets that every model is compared with.
    """

    def __init__(self, metric, extractor, lacking=frozenset()):
        self.metric = metric
        self.extractor = extractor
        self.roles = set(metric.statistics()) - (metric.if_there & lacking)
        self.collected = {}

    def statistic(self, role, request):
        """Returns the statistic of a set that a `Request` will fill."""
        seen = self.metric.seen(role, self.extractor)
        return request.add(seen, self.metric.statistics()[role])

    def measure(self, collected, context, common):
        """Yields a `Measurement` of each figure; `common` is the provenance of all."""
        try:
            found = self.metric.compute(collected, context)
        except Few as error:
            raise Few(f"{error} (`allow_few=True` computes it all the same)") from None
        seen = self.roles | ({"held_out"} if self.metric.reads_held_out else set())
        unread = {
            key for role in _PROVENANCE.keys() - seen for key in _PROVENANCE[role]
        }
        read = {k: v for k, v in common.items() if k not in unread}
        read |= {self._count(role): _used(collected[role]) for role in self.roles}
        if self.metric.on_features:
            read["extractor"] = self.extractor.describe()
        for figure, best in zip(self.metric.figures, self.metric.best, strict=True):
            result = found[figure]
            yield Measurement(
                metric=self.name(figure),
                value=float(result.value),
                uncertainty=result.uncertainty,
                uncertainty_is=result.uncertainty_is,
                best=best,
                provenance=read | dict(result.details),
            )

    def _count(self, role):
        """Returns the entry of a set's count: one for all that are made alike."""
        made, _ = self.metric.made.get(role, (role, None))
        return f"num_{made}"

    def name(self, figure: str) -> str:
        """Returns the full name of a figure, with the features in it."""
        if not self.metric.on_features:
            return figure
        if self.extractor.standard and self.metric.standard_name:
            return self.metric.standard_name
        return f"{figure}_{self.extractor.name}"


def check_names(jobs):
    """Raises a `ValueError` if two metrics compute a figure of one name."""
    names = [job.name(figure) for job in jobs for figure in job.metric.figures]
    twice = sorted(name for name in names if names.count(name) > 1)
    if twice:
        raise ValueError(
            "`metrics` must compute each figure once, as its name is its key. "
            f"Received: {twice[0]} twice, with different arguments"
        )


def _used(statistic):
    return min(statistic.count, getattr(statistic, "limit", statistic.count))


# Entries of each set; those of a set that a metric did not read are left out.
_PROVENANCE = {
    "real": ("num_real", "split"),
    "fake": ("num_fake",),
    "held_out": ("num_held_out", "held_out_split"),
}
