"""Measures a model: sweeps real and generated examples once for all metrics."""

import importlib.metadata
import itertools
import os
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from kgan.core import arguments, backend
from kgan.engine.interface import Interface
from kgan.metrics import labels as data_labels
from kgan.metrics import made_by, registry
from kgan.metrics.base import Context, Metric
from kgan.metrics.cache import Cache, default_folder
from kgan.metrics.evaluation import Evaluation
from kgan.metrics.metric_run import Job, check_names
from kgan.metrics.resolve import Extractors, Finder
from kgan.metrics.sweep import Request, sweep

BATCH_SIZE = 256


def measure(
    gan: Any,
    dataset: Any,
    metrics: Sequence[str | Metric] | None = None,
    num_images: int = 10_000,
    **options: Any,
) -> Evaluation:
    """Measures how close a generator's distribution is to that of real examples.

    Reals and fakes are swept once for all metrics; statistics of the reals are cached
    on disk under a hash of all that they depend on. Returns an `Evaluation`: values
    with their provenance, as a table and as JSON.

    Args:
        gan: A game, such as a `kgan.GAN`, or generated examples: a source, a folder of
            images, an array.
        dataset: The real examples: what `kgan.data.source` accepts, such as a
            DataFrame, or a finite `tf.data.Dataset`.
        metrics: Names or objects, see `kgan.metrics.get`. None: those that fit.
        num_images: Number of generated examples.
        **options: Arguments of `Evaluator`, and of its call.

    Raises:
        ValueError: If an argument does not fit the data or the model.
        FloatingPointError: If the generator or an extractor returns NaN or infinity.

    Example: `print(kgan.metrics.measure(gan, "mnist", ["frechet_mnist"]).table())`
    """
    call = {k: options.pop(k) for k in _CALL if k in options}
    direction = options.get("direction")
    options = kind_of_examples(gan, dataset, direction) | options
    evaluator = Evaluator(dataset, metrics, num_images, **options)
    return evaluator(gan, **call)


_CALL = ("seed", "averaged", "truncation", "labels")


def kind_of_examples(game, dataset=None, direction=None) -> dict:
    """Returns what an `Evaluator` must know of a game: `data_shape` and `is_image`.

    Or, of one that has its own way of reading data, its `reads`.
    `game` and `dataset` are `gan` and `dataset` of `measure`, `direction` is that of
    `Evaluator`. For others' examples it returns nothing.
    """
    if not isinstance(game, Interface):
        return {}
    if game.reads:
        return {"reads": game.reads}
    if direction is not None and hasattr(game, "direction"):
        way = game.direction(direction)
        return {"data_shape": way.target_shape, "is_image": way.to_images}
    if hasattr(game, "data_shape"):  # it is known before the data are
        return {"data_shape": tuple(game.data_shape), "is_image": game.is_image}
    examples = game.examples(1, dataset=dataset)
    return {"data_shape": tuple(examples.shape), "is_image": examples.is_image}


class Evaluator:
    """Measures models against the same real examples, which are swept once.

    Args:
        dataset: As in `measure`, like `metrics` and `num_images`.
        data_shape: Shape of what the models generate, to whose size images of a named
            data set or a folder are resized. None: not resized.
        is_image: Whether examples are compared as uint8 images, or as floats of any
            range. None: as images if `data_shape`, or else that of the real examples,
            is (height, width, channels) with up to four channels. An array of series,
            voxels or many bands needs a `data_shape`, or a model that tells it.
        features: Extractor or its name, for metrics without one. None: chosen by the
            data, see `kgan.metrics.features.get`.
        split: Of a named data set: the reference.
        held_out: Real examples that the models were not trained on, as `dataset`, for
            the metrics that need them. None: the `held_out_split` of a named one.
        held_out_split: Of a named data set.
        num_real: Most real examples that are read; None: all.
        data_dir: Folder of prepared data.
        real_seed: Seed of the order of the reals, of which some metrics read the first.
        batch_size: Examples in memory at a time; no result depends on it.
        cache_dir: Folder of the reals' statistics: "auto" is `cache.default_folder()`,
            None does not cache.
        windows: Options of `kgan.data.source` by which images of 16 or 32 bits in
            folders were scaled for training, as `Source.windows`. None: those of
            `dataset`. Generated and held-out images in folders are scaled alike. Also
            by which else pairs and unpaired images were read, as `Source.options`.
        class_names: Names of the classes of conditional models, by label. Classes of
            `dataset` are then found by their names. None: a label means the same class
            to both.
        direction: Of games that translate: "to_target", or of a game of two directions
            "to_source", of which translations of the targets are compared with the
            sources. None: the first.
        reads: Options of `kgan.data.source` by which all data are read, as a game's
            `reads`. None: those of the real examples, where these are a table.
        target: Name of the column of a table that `tstr` predicts; it is then one of
            the metrics that fit.
        allow_few: Whether to compute figures of fewer examples than they need.
        verbose: 1 shows progress, 0 does not.

    Raises a `ValueError` if a metric is unknown, or the data are missing or do not fit.
    Example: `kgan.metrics.Evaluator("mnist", ["frechet_mnist"])(gan)["frechet_mnist"]`
    """

    def __init__(
        self,
        dataset: Any,
        metrics: Sequence[str | Metric] | None = None,
        num_images: int = 10_000,
        data_shape: Sequence[int] | None = None,
        is_image: bool | None = None,
        features: Any = None,
        split: str | None = "train",
        held_out: Any = None,
        held_out_split: str = "test",
        num_real: int | None = None,
        data_dir: str | os.PathLike | None = None,
        real_seed: int = 0,
        batch_size: int = BATCH_SIZE,
        cache_dir: str | os.PathLike | None = "auto",
        windows: Mapping[str, Any] | None = None,
        class_names: Sequence[str] | None = None,
        direction: str | None = None,
        reads: Mapping[str, Any] | None = None,
        target: str | None = None,
        allow_few: bool = False,
        verbose: int = 0,
    ):
        backend.require_tensorflow("Measuring")
        self.num_images = arguments.positive_integer("num_images", num_images)
        self.batch_size = batch_size
        self.allow_few = allow_few
        self.verbose = verbose
        folder = default_folder() if cache_dir == "auto" else cache_dir
        self.cache = None if folder is None else Cache(folder)
        self.direction = direction
        shown = data_shape, data_dir, num_real, real_seed, is_image, windows
        self._find = Finder(*shown, made_by.reference(direction), reads)
        self.target = target
        self._held_out = (held_out, held_out_split)
        self._features = features
        self._class_names = class_names
        self._metrics = metrics
        self.real = self._find(dataset, split)
        self._find.is_image = self.real.is_image
        self._jobs = None
        self._sets = {"real": self.real}

    def __call__(
        self, gan, seed=0, averaged=True, truncation=1.0, labels="data"
    ) -> Evaluation:
        """Measures one model; returns an `Evaluation`.

        Args:
            gan: As in `measure`.
            seed: Seed of the latents and labels, and of the metrics' random choices.
            averaged: Whether to measure the averaged generator, if there is one.
            truncation: ψ, as in `kgan.GAN.generate`.
            labels: Of a conditional model: "data" generates classes as often as the
                data have them, "balanced" each equally often; or a class for each
                example. Figures of other frequencies than the data's mix in how far
                these differ.
        """
        is_game = isinstance(gan, Interface)
        asked = {"averaged": averaged, "truncation": truncation, "labels": labels}
        asked["direction"] = self.direction
        if is_game:
            fake = self._made_by(gan, seed, **asked)
        else:
            fake = self._find(gan, limit=self.num_images)
        self._check_shape(fake)
        jobs = self.prepare(gan, labels)
        made = {
            (job, role): made_by.further(gan, self, job.metric, role, seed, asked)
            for job in jobs
            for role in job.metric.made
        }
        collected = self._collect_made(fake, made, jobs)
        context = Context(
            seed=seed,
            source=getattr(self.real, "source", None),
            num_classes=fake.num_classes,
            averaged=averaged if is_game else None,
            allow_few=self.allow_few,
            target=self.target,
        )
        first = {job: examples for (job, _), examples in reversed(made.items())}
        common = {job: self._common(gan, first.get(job, fake), context) for job in jobs}
        found = (
            job.measure(job.collected | collected[job], context, common[job])
            for job in jobs
        )
        return Evaluation(tuple(itertools.chain.from_iterable(found)))

    def _collect_made(self, fake, made, jobs):
        """Returns by job the statistics of what the model makes, by role."""
        collected, request = {job: {} for job in jobs}, Request()
        for job in jobs:
            if "fake" in job.roles:
                collected[job]["fake"] = job.statistic("fake", request)
        sweep(fake, request, self.batch_size, "Generated examples", self.verbose)
        # What several metrics ask for in the same way is made once.
        requests = {}
        for (job, role), examples in made.items():
            examples, request = requests.setdefault(
                made_by.key(job.metric, role), (examples, Request())
            )
            collected[job][role] = job.statistic(role, request)
        for examples, request in requests.values():
            title = examples.name.capitalize()
            sweep(examples, request, self.batch_size, title, self.verbose)
        return collected

    def _made_by(self, game, seed=0, **options):
        # Not every game has an average, latents that could be truncated, or labels.
        own = made_by.own_options(options)
        made_by.check_options(game, own)
        made = game.examples(self.num_images, seed, self.data(), **own)
        if made.num_classes is None or "labels" in own or "labels" not in options:
            return made
        self._find_classes()
        return game.examples(self.num_images, seed, self.data(), **own)

    def data(self, role: str = "real") -> Any:
        """Returns what games are given as the real examples of a role."""
        examples = self._sets[role]
        dataset = getattr(examples, "dataset", None)
        return getattr(examples, "source", dataset)

    def _find_classes(self):
        """Lets labels of the data mean the classes that models know."""
        if hasattr(self.real, "source"):
            source = data_labels.of_classes(self.real.source, self._class_names)
            self.real.source = source

    def _check_shape(self, others, called="those that are generated"):
        if others.shape != self.real.shape:
            raise ValueError(
                f"`dataset` must have examples of shape {others.shape}, as {called}. "
                f"Received: {self.real.shape} in {self.real.name}"
            )

    def prepare(self, gan: Any, labels: Any = "data") -> list[Job]:
        """Finds the metrics and sweeps the real examples, once; returns the `Job`s.

        A call does so if needed; before a long training it reports missing data in
        time. `gan` is as in `measure`, since the metrics that fit depend on its
        classes, and `labels` as in the call.
        """
        if self._jobs is not None:
            return self._jobs
        source = getattr(self.real, "source", None)
        extractors = Extractors(self._features, self.real)
        names, classes = self._metrics, None
        if isinstance(gan, Interface):
            made = self._made_by(gan, labels=labels, direction=self.direction)
            made.provenance()  # what it needs of the data is found, or missed, now
            classes = made.num_classes
        lacking = self._lacking()
        if names is None and hasattr(source, "table"):
            names = registry.fitting_tables(self.target, lacking)
        elif names is None:
            shape = self.real.shape
            names = registry.fitting(source, classes, extractors(None), shape)
            if isinstance(gan, Interface):
                names = (*made_by.fitting(gan, source, shape), *names)
        metrics = registry.get_all(names)
        registry.check_kind(metrics, source, self.real.name)
        jobs = [Job(metric, extractors.of(metric), lacking) for metric in metrics]
        check_names(jobs)
        for role in ("real", "held_out"):
            if any(role in job.roles for job in jobs):
                self._collect(role, jobs)
        for job in jobs:
            if job.metric.reads_held_out:
                self._set("held_out", job.metric.kind)
        self._jobs = jobs
        return jobs

    def _set(self, role, needing):
        """Returns the real examples of a role; `needing` is a metric, for messages."""
        if role not in self._sets:
            self._sets[role] = self._find_held_out(needing)
            self._check_shape(self._sets[role], "the held-out ones")
        return self._sets[role]

    def _check_held_out(self):
        """Raises a `ValueError` where held-out examples are those of the reference."""
        if self._sets["held_out"].key() == (self.real.key() or object()):
            raise ValueError(
                "`held_out` must be other examples than the reference. Received: "
                f"split {self.real.split!r} of {self.real.name} for both"
            )

    def _collect(self, role, jobs):
        needing = next(job.metric.kind for job in jobs if role in job.roles)
        examples, request, missing = self._set(role, needing), Request(), Request()
        if role == "held_out":
            self._check_held_out()
        for job in jobs:
            if role in job.roles:
                job.collected[role] = job.statistic(role, request)
        paths, examples_key = {}, self.cache and examples.key()
        for (extractor, key), statistic in request.statistics.items():
            if examples_key and statistic.cached:
                path = self.cache.path(examples_key, extractor.describe(), statistic)
                if self.cache.load(path, statistic):
                    continue
                paths[extractor, key] = path
            missing.add(extractor, statistic)
        title = f"Real examples: {examples.name}"
        sweep(examples, missing, self.batch_size, title, self.verbose)
        for key, path in paths.items():
            self.cache.save(path, missing.statistics[key])

    def _lacking(self):
        """Returns "held_out" if none are given and the data have no part of that name.

        Where the reference is that part itself, there are none beside it.
        """
        held_out, split = self._held_out
        whole = self.real.split in (None, "all", split) or not self._has_parts()
        return frozenset({"held_out"} if held_out is None and whole else ())

    def _has_parts(self):
        # What has no share that is held out has splits by their names.
        return bool(getattr(self.data(), "held_out", True))

    def _find_held_out(self, needing):
        held_out, split = self._held_out
        if held_out is not None:
            found = self._find(held_out)
            # Only named data sets have splits; a table was read whole.
            named = found.split not in (None, "all") and isinstance(held_out, str)
            return self._find.other_split(found.source, split) if named else found
        if self.real.split is None or not self._has_parts():
            raise ValueError(
                f"`held_out` must be given for {needing}, since {self.real.name} has "
                "no further split: real examples that the model was not trained on. "
                "Received: None"
            )
        return self._find.other_split(self.real.source, split)

    def _common(self, gan, fake, context):
        told = dict(fake.provenance())
        held_out = self._sets.get("held_out")
        return {
            "dataset": self.real.name,
            "split": self.real.split,
            "num_real": self.real.count,
            "num_fake": fake.count,
            "num_held_out": held_out and held_out.count,
            "held_out_split": held_out and held_out.split,
            "generator": told.pop("generator"),
            "step": getattr(gan, "step", None),
            **({} if self.direction is None else {"direction": self.direction}),
            **told,
            **_windows(self.real, fake),
            "seed": context.seed,
            "real_seed": self._find.seed,
            "kgan": importlib.metadata.version("kgan"),
            "tensorflow": tf.__version__,
        }


def _windows(*sets):
    """Returns how images of 16 or 32 bits were scaled, where there are any."""
    found = {}
    for examples in sets:
        found |= getattr(getattr(examples, "source", None), "windows", {})
    known = {name: list(window) for name, window in found.items()}
    return {"windows": known} if known else {}
