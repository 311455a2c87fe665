"""What gradient boosting learns from one table, tested on another."""

from collections.abc import Sequence

import numpy as np

from kgan.metrics.table_columns import check_tables

SEEDS = 5
_MOST_LEVELS = 255  # of a category that boosting takes as one
_MANY = 100_000  # rows for which it uses all processors


def utility(
    train: np.ndarray,
    test: np.ndarray,
    target: int,
    is_number: Sequence[bool],
    seeds: Sequence[int] = range(SEEDS),
) -> np.ndarray:
    """Computes how well a column is predicted from all others, `(seeds,)`.

    A histogram gradient boosting of scikit-learn with its defaults learns from `train`
    and is tested on `test`. Of a category it is the area under the ROC curve, which is
    .5 by chance, of more than two levels the mean of each against the others; a level
    that is not in `train` has .5. Of a number it is R², which is 0 by chance. Rows
    without a target are left out. Categories of more than 255 levels are taken as
    numbers.

    Args:
        train: Measured rows, `(n, columns)`, NaN where missing.
        test: The same, `(m, columns)`.
        target: Number of the column that is predicted.
        is_number: By column, whether it holds numbers; else numbers of levels.
        seeds: Of the trainings.

    Raises a `ValueError` if a table is none, or the target has one value in `test`.
    Source: Esteban, Hyland and Rätsch, "Real-valued (Medical) Time Series Generation
    with Recurrent Conditional GANs" (2017), section 3.2: train on synthetic, test on
    real.
    """
    check_tables(is_number, train=train, test=test)
    train, test = (rows[~np.isnan(rows[:, target])] for rows in (train, test))
    tested = np.unique(test[:, target])
    if len(tested) < 2:
        raise ValueError(
            "`test` must have at least two values of the target. "
            f"Received: {len(tested)}"
        )
    others = np.arange(len(is_number)) != target
    categories = _categories(train, is_number)[others]
    learn = _regression if is_number[target] else _classification
    inputs = [rows[:, others] for rows in (train, test)]
    targets = [rows[:, target] for rows in (train, test)]
    with _threads(len(train)):
        return np.array([learn(*inputs, *targets, categories, s) for s in seeds])


def _threads(count):
    """Limits the threads: with few rows they wait for each other most of the time."""
    import threadpoolctl

    limit = 1 if count < _MANY else None
    return threadpoolctl.threadpool_limits(limit, user_api="openmp")


def _categories(train, is_number):
    few = [len(np.unique(column)) <= _MOST_LEVELS for column in train.T]
    return ~np.asarray(is_number, bool) & few


def _regression(x_train, x_test, y_train, y_test, categories, seed):
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.metrics import r2_score

    if not len(y_train):
        return 0.0
    model = HistGradientBoostingRegressor(
        categorical_features=categories, random_state=seed
    )
    found = model.fit(x_train, y_train).predict(x_test)
    return float(r2_score(y_test, found))


def _classification(x_train, x_test, y_train, y_test, categories, seed):
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    levels, counts = np.unique(y_train, return_counts=True)
    levels = levels[counts > 1]  # a single row cannot be split for early stopping
    scores = {}
    if len(levels) > 1:
        known = np.isin(y_train, levels)
        model = HistGradientBoostingClassifier(
            categorical_features=categories, random_state=seed
        ).fit(x_train[known], y_train[known])
        found = model.predict_proba(x_test)
        scores = dict(zip(model.classes_, found.T, strict=True))
    tested, no_one = np.unique(y_test), np.zeros(len(y_test))
    areas = [roc_auc_score(y_test == k, scores.get(k, no_one)) for k in tested]
    return float(np.mean(areas))
