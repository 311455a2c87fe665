"""Writes the page: which parts a model gets, and in what order."""

import html
import importlib.metadata
import os
import pathlib
from typing import Any

import keras
import numpy as np

from kgan.core import arguments, atomic_files
from kgan.games import generative
from kgan.games.sampler import data_name
from kgan.games.translation import Translation
from kgan.metrics import features
from kgan.metrics.features import classifiers
from kgan.report import (
    curves,
    measurements,
    neighbours,
    points,
    projection,
    samples,
    tables,
    template,
    translations,
    walks,
)
from kgan.report.markup import Html, element, join, terms, without_folders
from kgan.report.subject import Subject

# Enough for a picture of a distribution, and for a copy to be among them.
_NUM_FAKE = 1_000


def write(
    path: str | os.PathLike,
    gan: keras.Model,
    evaluation: Any,
    source: Any,
    name: str | None = None,
    extractor: Any = None,
    metrics_csv: str | os.PathLike | None = None,
    averaged: bool = True,
    truncation: float = 1.0,
    seed: int = 0,
    num_neighbours_from: int = 10_000,
    labels: str = "data",
) -> pathlib.Path:
    """Writes one HTML file about a model, and returns its path.

    Everything lies in the file; it needs no network, no script and no other file.
    Equal arguments give equal bytes.

    Args:
        path: The file, as in "report.html"; written whole or not at all.
        gan: A game of latents, such as a `kgan.GAN`; or of translation, or of tables,
            for which `extractor`, `truncation`, `labels` and `num_neighbours_from` have
            no meaning (and `averaged` none for the former).
        evaluation: A `kgan.metrics.Evaluation` of it, or None.
        source: The `kgan.data.Source` that it was trained on.
        name: What the model is called. None: as its data.
        extractor: A `kgan.metrics.features.Extractor` or its name, by whose features
            images are near. None: that of the evaluation, else the network that comes
            with kgan for these data, else the pixels.
        metrics_csv: The curves of its run, a line for each epoch, or None.
        averaged: Whether to show the averaged generator where there is one.
        truncation: ψ in [0, 1], as in `kgan.GAN.generate`.
        seed: Seed of the samples and of the choice of real examples.
        num_neighbours_from: Most training images among which the nearest are sought.
        labels: Classes of the samples that are compared with the data, as in the call
            of `kgan.metrics.Evaluator`: "data" or "balanced".

    Raises:
        ValueError: If an argument is out of range, or the model is no such game, or
            its samples have another shape than the data.
        FloatingPointError: If the generator gives NaN or infinity.
        OSError: If a file cannot be read or written.

    Example:
        ```python
        evaluation = kgan.metrics.measure(gan, "mnist")
        kgan.report.write("report.html", gan, evaluation, kgan.data.source("mnist"))
        ```
    """
    translates, of_table = isinstance(gan, Translation), tables.is_game(gan)
    if not translates and not of_table:
        generative.require(gan, "`kgan.report.write`")
    arguments.index("seed", seed)
    arguments.truncation(truncation)
    arguments.positive_integer("num_neighbours_from", num_neighbours_from)
    (tables.check if of_table else _check_shape)(gan, source)
    if of_table:
        facts = tables.facts(gan, source, seed)
        parts = _of_tables(gan, source, evaluation, metrics_csv, averaged, seed)
        text = _page(name or without_folders(source.name), facts, parts)
    elif translates:
        parts = _of_translations(gan, source, evaluation, metrics_csv, seed)
        facts = translations.facts(gan, source)
        text = _page(name or without_folders(source.name), facts, parts)
    else:
        extractor = _extractor(extractor, evaluation, source, gan.is_image)
        counts = num_neighbours_from, _NUM_FAKE
        chosen = averaged, truncation, seed
        subject = Subject(gan, source, extractor, *chosen, *counts, labels)
        parts = _parts(subject, evaluation, metrics_csv)
        text = _page(name or subject.data_name, _facts(subject), parts)
    path = pathlib.Path(path)
    atomic_files.write_atomically(path, lambda p: p.write_text(text, encoding="utf-8"))
    return path


def _check_shape(gan, source):
    if None not in gan.data_shape and tuple(gan.data_shape) != tuple(source.shape):
        raise ValueError(
            f"`source` must have examples of shape {tuple(gan.data_shape)}, as those "
            f"that `gan` generates. Received: {tuple(source.shape)} in {source.name}"
        )


def _extractor(extractor, evaluation, source, is_image):
    """Returns an extractor; unless named, one that needs no download of its own."""
    if extractor is None:
        measured = evaluation.measurements if evaluation else ()
        found = [m.provenance.get("extractor") for m in measured]
        used = [described["name"] for described in found if described]
        plain = "pixels" if is_image else "points"
        shipped = is_image and source.name in classifiers.names()
        known = (name for name in used if name in features.names())
        extractor = next(known, source.name if shipped else plain)
    return features.get(extractor)


def _page(name, facts, parts):
    # An anchor, a heading, and the content; a part that has none is left out.
    parts = [
        (title.lower().replace(" ", "-"), title, content)
        for title, content in parts
        if content
    ]
    sections = (
        element(
            "section", element("h2", title, id=anchor), content, aria_labelledby=anchor
        )
        for anchor, title, content in parts
    )
    links = [element("a", title, href=f"#{anchor}") for anchor, title, _ in parts]
    items = [element("li", link) for link in links]
    header = element(
        "header",
        element("h1", name),
        facts,
        element("nav", element("ul", *items), aria_label="Parts of this page"),
    )
    version = importlib.metadata.version("kgan")
    footer = element("footer", element("p", f"Written by kgan {version}."))
    return template.PAGE.substitute(
        title=html.escape(f"{name}: report"),
        style=template.STYLE,
        body=join(header, element("main", *sections), footer),
    )


def _facts(subject) -> Html:
    gan, source = subject.gan, subject.source
    count, *more = gan.data_shape
    if more:
        kind = data_name(subject.is_image, gan.data_shape)
        what = f"{kind} of {' × '.join(map(str, gan.data_shape))}"
    else:
        what = "points on a line" if count == 1 else f"points in {count} dimensions"
    pairs = [
        ("data", f"{subject.data_name}, {what}"),
        ("training", f"{gan.step:,} steps"),
        ("weights", subject.weights),
        ("latents", gan.latents_in_words),
        ("truncation", f"{subject.truncation:g}"),
        ("seed", subject.seed),
    ]
    if subject.classes is not None:
        pairs.insert(1, ("classes", f"{subject.classes}, given to the generator"))
    if split := getattr(source, "split", None):
        pairs.insert(1, ("split", without_folders(split)))
    return terms(pairs)


def _parts(subject, evaluation, metrics_csv):
    """Yields headings and contents, the most telling first."""
    yield "Metrics", measurements.measurements(evaluation)
    if subject.is_image:
        yield "Samples", samples.samples(subject)
        yield "Nearest training images", neighbours.neighbours(subject)
        yield "Interpolation", walks.walks(subject)
    elif len(subject.source.shape) == 1:
        yield "Samples", points.samples(subject)
        yield "Interpolation", points.walks(subject)
    if np.prod(subject.source.shape) > 2:
        yield "Features", projection.projection(subject)
    yield "Training", _curves(metrics_csv, evaluation, subject.probabilistic)


def _of_translations(game, source, evaluation, metrics_csv, seed):
    """Yields the same of a game of translation."""
    yield "Metrics", measurements.measurements(evaluation)
    yield "Translations", translations.translations(game, source, seed)
    yield "Training", _curves(metrics_csv, evaluation, False)


def _of_tables(game, source, evaluation, metrics_csv, averaged, seed):
    """Yields the same of a game of tables."""
    rows = tables.compared(game, source, seed, averaged)
    yield "Controls", tables.controls(evaluation)
    yield "Pairs of columns", tables.pairs(rows)
    yield "Columns", tables.columns(rows)
    yield "Rows", tables.sampled(game, seed, averaged)
    yield "Metrics", measurements.measurements(evaluation)
    yield "Training", _curves(metrics_csv, evaluation, False)


def _curves(metrics_csv, evaluation, probabilistic):
    if metrics_csv is None:
        return None
    measured = evaluation.measurements if evaluation else ()
    best = {m.metric: m.best for m in measured}
    return curves.curves(curves.read(metrics_csv), probabilistic, best)
