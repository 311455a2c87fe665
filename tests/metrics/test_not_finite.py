"""NaN and infinity never become a figure: all that is public in the metrics."""

import importlib
import inspect
import pathlib
import pkgutil

import numpy as np
import pytest
from measured_stand_ins import StandInTable, computed

import kgan
from kgan import metrics
from kgan.metrics import (
    birthday,
    boosting,
    class_agreement,
    class_coverage,
    classifier_score,
    column_shapes,
    density_coverage,
    frechet,
    frechet_infinity,
    jensen_shannon,
    kernel,
    memorisation,
    mode_coverage,
    ndb,
    nearest_records,
    neighbours,
    pair_trends,
    paired,
    parzen,
    path_length,
    precision_recall,
    registry,
    row_copies,
    sdmetrics_scores,
    segmenter,
    sliced_wasserstein,
    table_columns,
    table_pairs,
)
from kgan.metrics.base import Context
from kgan.metrics.features import Points
from kgan.metrics.features.base import Outputs
from kgan.metrics.moments import Moments

DRAW = np.random.default_rng(0)
REAL, FAKE = DRAW.normal(size=(2, 30, 3))
PICTURES = DRAW.normal(size=(2, 2, 12, 12, 1))
LINE, OTHERS = REAL[:, 0], FAKE[:, 0]
COUNTS, OTHER_COUNTS = np.array([3.0, 4.0, 5.0]), np.array([5.0, 3.0, 4.0])
GAUSSIANS = {
    "real_mean": REAL.mean(axis=0),
    "real_covariance": np.cov(REAL.T),
    "fake_mean": FAKE.mean(axis=0),
    "fake_covariance": np.cov(FAKE.T),
}
CENTERS = {"centers": np.eye(3), "stddev": np.ones(3)}


def rng():
    return np.random.default_rng(0)


def normal(x):
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def all_bins(centers, stddev, points):
    """The methods of a class, as one function."""
    return jensen_shannon.ModeBins(centers, stddev).count(points)


# Arguments for each; all that are arrays of floats are tried.
CASES = {
    birthday.collisions: {"rows": REAL, "threshold": 0.5},
    birthday.support: {"collided": np.array([1.0, 1.0, 0.0])},
    class_agreement.class_agreement: {"logits": REAL, "labels": np.arange(30) % 3},
    class_coverage.class_coverage: {
        "real_counts": COUNTS,
        "fake_counts": OTHER_COUNTS,
    },
    classifier_score.classifier_score: {"logits": REAL},
    classifier_score.scores_of_splits: {"logits": REAL, "num_splits": 2},
    density_coverage.density_coverage: {"real": REAL, "fake": FAKE},
    frechet.frechet_distance: GAUSSIANS,
    frechet.frechet_distance_by_sqrtm: GAUSSIANS,
    frechet.root: {"covariance": np.eye(3)},
    frechet.trace_of_root: {"real_root": np.eye(3), "fake_root": np.eye(3)},
    frechet_infinity.distances_of_subsets: {
        "real_mean": GAUSSIANS["real_mean"],
        "real_covariance": GAUSSIANS["real_covariance"],
        "fake": FAKE,
        "sizes": np.array([10, 20]),
        "rng": rng(),
    },
    frechet_infinity.extrapolate: {
        "sizes": np.array([10.0, 20.0, 40.0, 80.0]),
        "distances": np.array([1.2, 1.1, 1.05, 1.0]),
    },
    jensen_shannon.divergence: {"real": COUNTS, "fake": OTHER_COUNTS},
    jensen_shannon.jensen_shannon: {
        "real_density": normal,
        "fake_samples": LINE,
        "edges": np.linspace(-4.0, 4.0, 9),
    },
    kernel.kernel: {"x": REAL, "y": FAKE},
    kernel.kernel_distance: {"real": REAL, "fake": FAKE},
    memorisation.copying_z: {"fake": LINE, "held_out": OTHERS},
    memorisation.nearest_ratio: {"fake": LINE**2, "held_out": OTHERS**2},
    mode_coverage.mode_coverage: {"points": REAL, **CENTERS, "weights": COUNTS / 12},
    mode_coverage.nearest_modes: {"points": REAL, **CENTERS},
    ndb.different_bins: {"real_counts": COUNTS, "fake_counts": OTHER_COUNTS},
    neighbours.inside: {"rows": REAL, "others": FAKE},
    neighbours.nearest: {"rows": REAL, "others": FAKE},
    neighbours.radii: {"rows": REAL, "k": 2},
    neighbours.sides: {
        "real": REAL,
        "fake": FAKE,
        "k": 3,
        "equal": True,
        "allow_few": True,
    },
    paired.l1: {"first": REAL, "second": FAKE},
    paired.psnr: {"first": REAL, "second": FAKE},
    paired.ssim: {"first": PICTURES[0], "second": PICTURES[1]},
    parzen.parzen_log_likelihood: {"points": REAL, "windows": FAKE, "sigma": 0.5},
    path_length.trimmed_mean: {"distances": LINE**2},
    precision_recall.precision_recall: {"real": REAL, "fake": FAKE},
    segmenter.intersection_over_union: {
        "first": np.round(LINE),
        "second": np.round(OTHERS),
        "num_classes": 3,
    },
    sliced_wasserstein.sliced_wasserstein: {
        "real": REAL,
        "fake": FAKE,
        "num_directions": 4,
        "rng": rng(),
    },
    sliced_wasserstein.wasserstein: {"real": LINE, "fake": OTHERS[:20]},
    all_bins: {"points": REAL[:, :2], "centers": np.eye(2), "stddev": np.ones(2)},
}
# The same of tables, in which NaN is a missing value, and only infinity is wrong.
KINDS = {"is_number": (True, False, True)}
TABLES = {
    boosting.utility: {"train": REAL, "test": FAKE, "target": 0, "seeds": [0], **KINDS},
    column_shapes.column_shapes: {"real": REAL, "fake": FAKE, **KINDS},
    nearest_records.nearest_distances: {"rows": REAL, "among": FAKE, **KINDS},
    pair_trends.pair_trends: {"real": REAL, "fake": FAKE, **KINDS},
    row_copies.is_copy: {"rows": REAL, "among": FAKE},
    row_copies.near_keys: {"rows": REAL},
    sdmetrics_scores.sdmetrics_column_shapes: {"real": REAL, "fake": FAKE, **KINDS},
    sdmetrics_scores.sdmetrics_pair_trends: {"real": REAL, "fake": FAKE, **KINDS},
    table_pairs.correlations: {"rows": REAL},
}
# Steps of these, which were given checked tables.
OF_CHECKED = {
    *(table_columns.by_level, table_columns.by_bin, table_columns.coded),
    *(table_columns.shuffled, table_columns.halves, table_columns.check_tables),
    *(table_pairs.joint_similarities, table_pairs.of_pairs, table_pairs.worst_pairs),
}


def functions_of_arrays():
    """Returns the public functions of all files of metrics that take arrays."""
    for info in pkgutil.iter_modules([str(pathlib.Path(metrics.__file__).parent)]):
        module = importlib.import_module(f"kgan.metrics.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            hints = map(str, inspect.get_annotations(function).values())
            if own and any("ndarray" in hint for hint in hints):
                yield function


def takes_arrays(function):
    kinds = inspect.get_annotations(function)
    return any("ndarray" in str(k) for name, k in kinds.items() if name != "return")


def test_every_public_function_of_arrays_is_tried():
    missing = {f for f in functions_of_arrays() if takes_arrays(f)} - CASES.keys()
    missing -= TABLES.keys() | OF_CHECKED
    assert {f.__qualname__ for f in missing} <= {"check_finite"}


def places():
    for function, given in CASES.items():
        for name, value in given.items():
            if np.asarray(value).dtype == np.float64:
                yield pytest.param(function, name, id=f"{function.__name__}-{name}")


def is_not_finite(found):
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, (tuple, list)):
        return any(map(is_not_finite, found))
    return bool(np.isnan(found).any())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("function", "name"), list(places()))
def test_a_function_refuses_what_is_not_finite(function, name, value):
    given = dict(CASES[function])
    assert not is_not_finite(function(**given))
    wrong = np.array(given[name], np.float64)
    wrong.flat[wrong.size // 2] = value
    given[name] = wrong if wrong.ndim else float(value)
    if function is neighbours.sides:  # it returns the rows themselves
        real, fake = function(**given)
        assert not np.isfinite(np.concatenate([real, fake])).all()
        return
    with pytest.raises(ValueError, match=r"^`\w+` must be finite\. Received: NaN or"):
        function(**given)


@pytest.mark.parametrize(
    ("function", "name"),
    [(f, n) for f, given in TABLES.items() for n, v in given.items() if v is REAL]
    + [(f, n) for f, given in TABLES.items() for n, v in given.items() if v is FAKE],
)
def test_a_function_of_tables_refuses_infinity_and_reads_nan_as_missing(function, name):
    given = dict(TABLES[function])
    for value in (np.nan, np.inf, -np.inf):
        wrong = given[name].copy()
        wrong.flat[wrong.size // 2] = value
        if np.isnan(value):
            assert not is_not_finite(function(**given | {name: wrong}))
            continue
        with pytest.raises(
            ValueError, match=rf"^`{name}` must be finite, or NaN .*inf"
        ):
            function(**given | {name: wrong})


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_radii_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match="`balls` must be finite"):
        neighbours.inside(REAL, FAKE, np.array([value] * 30))


def test_labels_that_are_not_whole_are_refused():
    labels = np.where(np.arange(30) == 3, np.nan, np.arange(30) % 3)
    with pytest.raises(ValueError, match="`labels` must be integers"):
        class_agreement.class_agreement(REAL, labels)


def test_moments_refuse_nan_and_points_keep_it():
    wrong = np.where(np.arange(90).reshape(30, 3) == 40, np.nan, REAL)
    with pytest.raises(ValueError, match="`features` must be finite"):
        Moments().add(wrong)
    assert np.isnan(Points()(wrong.astype("float32")).features).any()


def rows_of(count, value=None):
    """A batch of an extractor's outputs; with `value` one of each is that."""
    rows = np.random.default_rng(count).normal(size=(count, 2)).astype("float32")
    if value is not None:
        rows[count // 2, 1] = value
    return Outputs(rows, rows, rows)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (kind, role)
        for kind, k in registry.kinds().items()
        for role in k().statistics()
        if kind != "segmentation" and not k.of_tables  # of bytes, and of missing values
    ],
)
def test_a_metric_refuses_rows_that_are_not_finite(kind, role, value):
    metric = registry.get(kind)
    context = Context(source=kgan.data.source("ring"), allow_few=True)

    def compute(**values):
        collected = metric.statistics()
        for number, (name, statistic) in enumerate(collected.items()):
            labels = np.arange(200 + number) % 2
            statistic.update(rows_of(200 + number, values.get(name)), labels)
        return metric.compute(collected, context)

    assert all(np.isfinite(figure.value) for figure in compute().values())
    with pytest.raises(ValueError, match="must be finite"):
        compute(**{role: value})


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (kind, role)
        for kind, k in registry.kinds().items()
        if k.of_tables
        for role in k().statistics()
    ],
)
def test_a_metric_of_tables_refuses_infinity_and_reads_nan_as_missing(kind, role):
    metric, table = registry.get(kind), StandInTable(KINDS["is_number"])
    draw = np.random.default_rng(0)
    rows = {name: draw.integers(0, 3, (60, 3)) / 1.0 for name in metric.statistics()}
    for value in (np.nan, np.inf):
        tables = rows | {role: rows[role].copy()}
        tables[role][30, 2] = value
        if np.isnan(value):
            found = computed(metric, table, target="a", **tables)
            assert all(np.isfinite(figure.value) for figure in found.values())
            continue
        with pytest.raises(ValueError, match="must be finite, or NaN"):
            computed(metric, table, target="a", **tables)
