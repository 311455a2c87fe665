"""Features of real and generated examples in the plane that shows most of them."""

import numpy as np

from kgan.report.drawing import drawing
from kgan.report.markup import Html, element, figure, join

_LARGE, _SMALL = (5.6, 4.8), (4.4, 4.2)
# Of each set, as float32; pixels of large images are many.
_BYTES = 2**27
# With more classes their colours could not be told apart.
_MOST_CLASSES = 10


def project(
    real: np.ndarray, fake: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Projects both sets on the first two principal components of their union.

    Both are of one shape `(n, d)`, n and d at least 2: the plane belongs to both alike.
    It returns both projected, float64 of shape `(n, 2)`, and the shares of the variance
    that the two axes explain, in [0, 1].
    """
    from sklearn.decomposition import PCA

    both = np.concatenate([real, fake]).astype(np.float64)
    # A matrix of features by features, where it is the smaller one; else two vectors
    # are found by iteration, from a beginning that is always the same.
    narrow = both.shape[1] <= both.shape[0]
    solver = "covariance_eigh" if narrow else "arpack"
    found = PCA(2, svd_solver=solver, random_state=0).fit(both)
    points = found.transform(both)
    return points[: len(real)], points[len(real) :], found.explained_variance_ratio_


def projection(subject) -> Html | None:
    """Shows features of real and generated examples in one plane.

    Where features have no second dimension, or do not vary, it returns None.
    """
    real, fake = subject.real, subject.fake
    room = _BYTES // real.features[0].nbytes
    count = min(len(real.features), len(fake.features), max(2, room))
    sets = (real.features[:count], fake.features[:count])
    if min(sets[0].shape) < 2 or not np.ptp(np.concatenate(sets), axis=0).any():
        return None
    *points, shares = project(*sets)
    drawn = [_both(points, shares)]
    if _can_be_told(subject):
        names = [subject.class_name(i) for i in range(subject.source.num_classes)]
        limits = _limits(np.concatenate(points))
        sides = zip(("Real", "Generated"), points, (real, fake), strict=True)
        panels = [
            _by_class(f"{side}, by class", at, each.classes[:count], names, limits)
            for side, at, each in sides
        ]
        drawn.append(element("div", *panels, class_="panels"))
    return figure(
        join(*drawn),
        f"{count:,} real and {count:,} generated examples, features "
        f"“{subject.extractor.name}”, on the two principal components of both. Where "
        "only real ones lie, the generator misses something; where only generated ones "
        "lie, it makes what is not in the data. Two components show a part: what looks "
        "equal here may differ in others.",
    )


def _can_be_told(subject):
    classes = subject.source.num_classes
    if classes is None or classes > _MOST_CLASSES:
        return False
    if subject.classes not in (None, classes):
        return False
    return subject.real.classes is not None and subject.fake.classes is not None


def _limits(points):
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.04 * (high - low) + 1e-9
    return np.stack([low - margin, high + margin], axis=1)


def _both(points, shares):
    labels = [
        f"component {n + 1}: {s:.0%} of the variance" for n, s in enumerate(shares)
    ]

    def draw(axes, theme):
        count = len(points[0])
        colors = np.repeat([theme.real, theme.fake], count)
        # Alternating: neither set lies on top of the other.
        order = np.arange(2 * count).reshape(2, count).T.ravel()
        axes.scatter(
            *np.concatenate(points)[order].T, s=7, c=colors[order], alpha=0.6, lw=0
        )
        for color, label in ((theme.real, "real"), (theme.fake, "generated")):
            axes.scatter([], [], s=24, color=color, label=label)
        _frame(axes, _limits(np.concatenate(points)))
        axes.set(title="Real and generated", xlabel=labels[0], ylabel=labels[1])
        axes.legend(loc="best", facecolor=theme.paper, frameon=True, framealpha=0.8)

    return drawing(_LARGE, draw, "Scatter plot of real and generated features")


def _by_class(title, points, classes, names, limits):
    def draw(axes, theme):
        import matplotlib
        from matplotlib.patheffects import withStroke

        colors = matplotlib.colormaps["tab10"].colors
        style = {"ha": "center", "va": "center", "weight": "bold", "parse_math": False}
        style["path_effects"] = [withStroke(linewidth=3, foreground=theme.paper)]
        for index, name in enumerate(names):
            members = points[classes == index]
            if not len(members):
                continue
            axes.scatter(*members.T, s=7, color=colors[index], alpha=0.6, lw=0)
            # A name beside its points, since ten colours are too many for a legend.
            axes.annotate(name, np.median(members, axis=0), **style)
        _frame(axes, limits)
        axes.set(title=title, xlabel="component 1", ylabel="component 2")

    return drawing(_SMALL, draw, f"{title}: scatter plot of features, classes named")


def _frame(axes, limits):
    axes.set(xlim=limits[0], ylim=limits[1])
