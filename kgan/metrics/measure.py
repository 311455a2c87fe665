"""The driver: sweeps real and generated examples once for all metrics."""

import importlib.metadata

import tensorflow as tf

from kgan.core import arguments
from kgan.metrics import registry
from kgan.metrics.base import Context, Metric
from kgan.metrics.cache import Cache, default_folder
from kgan.metrics.evaluation import Evaluation
from kgan.metrics.examples import Generated
from kgan.metrics.metric_run import Job
from kgan.metrics.resolve import Extractors, Finder
from kgan.metrics.sweep import Request, sweep

BATCH_SIZE = 256


def measure(gan, dataset, metrics=None, num_images=10_000, **options) -> Evaluation:
    """Measures how near a generator's distribution is to that of real examples.

    Reals and fakes are swept once for all metrics; what was found of the reals is kept
    on the disk, under a key of all that it depends on.

    Args:
        gan: A `kgan.GAN`, or what others generated: a `kgan.data.Source`, a folder of
            images, or an array.
        dataset: The real examples: a name, a folder, arrays, or a source, as
            `kgan.data.source` takes them, or a finite `tf.data.Dataset`.
        metrics: Names or objects, see `kgan.metrics.get`. None: those that fit.
        num_images: How many examples are generated.
        **options: Arguments of `Evaluator`, and of its call.

    Returns:
        An `Evaluation`: values with their provenance, as a table and as JSON.

    Raises:
        ValueError: If something asked for does not fit the data or the model.
        FloatingPointError: If the generator or an extractor gives NaN or infinity.

    Example:
        ```python
        evaluation = kgan.metrics.measure(
            gan, "mnist", ["frechet_mnist", "precision_recall_mnist"], num_images=10_000
        )
        print(evaluation.table())
        ```
    """
    call = {k: options.pop(k) for k in _CALL if k in options}
    shape = getattr(gan, "data_shape", None)
    evaluator = Evaluator(dataset, metrics, num_images, data_shape=shape, **options)
    return evaluator(gan, **call)


_CALL = ("seed", "averaged", "truncation")


class Evaluator:
    """Measures models against the same real examples, which it sweeps once.

    Args:
        dataset: As in `measure`.
        metrics: As in `measure`.
        num_images: As in `measure`.
        data_shape: Shape of what the models generate; images of a named data set or a
            folder are brought to its size. None: as they are.
        features: Extractor or its name, for metrics that do not name theirs. None: the
            one that fits the data, see `kgan.metrics.features.get`.
        split: Of a named data set: the reference.
        held_out: Real examples that the models were not trained on, for the metrics
            that need such: as `dataset`. None: the `held_out_split` of a named one.
        held_out_split: Of a named data set.
        num_real: Most real examples that are read; None: all.
        data_dir: Where prepared data lie.
        real_seed: Seed of the order in which reals are read, of which some metrics
            take the first.
        batch_size: Examples in memory at a time; no result depends on it.
        cache_dir: Where the statistics of reals are kept: "auto" is
            `$KGAN_CACHE_DIR/statistics` or that of `~/.cache/kgan`; None: nowhere.
        allow_few: Whether to compute figures of fewer examples than they need.
        verbose: 1 shows progress, 0 does not.

    Raises:
        ValueError: If a metric is unknown, or the data are missing or do not fit.

    Example:
        ```python
        evaluator = kgan.metrics.Evaluator("mnist", ["frechet_mnist"], num_images=5000)
        evaluator(gan)["frechet_mnist"]
        ```
    """

    def __init__(
        self,
        dataset,
        metrics=None,
        num_images=10_000,
        data_shape=None,
        features=None,
        split="train",
        held_out=None,
        held_out_split="test",
        num_real=None,
        data_dir=None,
        real_seed=0,
        batch_size=BATCH_SIZE,
        cache_dir="auto",
        allow_few=False,
        verbose=0,
    ):
        self.num_images = arguments.positive_integer("num_images", num_images)
        self.batch_size = batch_size
        self.allow_few = allow_few
        self.verbose = verbose
        folder = default_folder() if cache_dir == "auto" else cache_dir
        self.cache = None if folder is None else Cache(folder)
        self._find = Finder(data_shape, data_dir, num_real, real_seed)
        self._held_out = (held_out, held_out_split)
        self._features = features
        self._metrics = metrics
        self.real = self._find(dataset, split)
        self._jobs = None
        self._sets = {"real": self.real}

    def __call__(self, gan, seed=0, averaged=True, truncation=1.0) -> Evaluation:
        """Measures one model.

        Args:
            gan: As in `measure`.
            seed: Seed of the latents, and of the metrics' own random choices.
            averaged: Whether to measure the averaged generator where there is one.
            truncation: ψ of `kgan.latents.truncate`.

        Returns:
            An `Evaluation`.
        """
        is_gan = hasattr(gan, "chosen_sampler")
        if is_gan:
            fake = Generated(gan, self.num_images, seed, averaged, truncation)
        else:
            fake = self._find(gan, limit=self.num_images)
        self._check_shape(fake)
        jobs = self.prepare(gan)
        asked = Request()
        collected = [
            job.collected | {"fake": asked.add(job.extractor, job.fake())}
            for job in jobs
        ]
        sweep(fake, asked, self.batch_size, "Generated examples", self.verbose)
        context = Context(
            seed=seed,
            source=getattr(self.real, "source", None),
            num_classes=getattr(gan, "num_classes", None) if is_gan else None,
            averaged=averaged if is_gan else None,
            allow_few=self.allow_few,
        )
        common = self._common(gan, fake, context, truncation if is_gan else None)
        found = (
            measurement
            for job, statistics in zip(jobs, collected, strict=True)
            for measurement in job.measure(statistics, context, common)
        )
        return Evaluation(tuple(found))

    def _check_shape(self, others, called="those that are generated"):
        if others.shape != self.real.shape:
            raise ValueError(
                f"`dataset` must have examples of shape {others.shape}, as {called}. "
                f"Received: {self.real.shape} in {self.real.name}"
            )

    def prepare(self, gan) -> list[Job]:
        """Finds the metrics and sweeps the real examples, unless that was done.

        A call does it when it is due; done before a long training, it tells of what is
        missing in time.

        Args:
            gan: As in `measure`; the metrics that fit depend on its classes.

        Returns:
            A `Job` for each metric.
        """
        if self._jobs is not None:
            return self._jobs
        source = getattr(self.real, "source", None)
        extractors = Extractors(self._features, self.real)
        names = self._metrics
        if names is None:
            classes = getattr(gan, "num_classes", None)
            names = registry.fitting(source, classes, extractors(None))
        metrics = _unique(registry.get(name) for name in names)
        jobs = [Job(metric, extractors.of(metric)) for metric in metrics]
        _check_names(jobs)
        for role in ("real", "held_out"):
            if any(role in job.roles for job in jobs):
                self._collect(role, jobs)
        self._jobs = jobs
        return jobs

    def _collect(self, role, jobs):
        if role not in self._sets:
            needing = next(job.metric.kind for job in jobs if role in job.roles)
            self._sets[role] = self._find_held_out(needing)
            self._check_shape(self._sets[role], "the held-out ones")
            if self._sets[role].key() == (self.real.key() or object()):
                raise ValueError(
                    "`held_out` must be other examples than the reference. Received: "
                    f"split {self.real.split!r} of {self.real.name} for both"
                )
        examples, asked, missing = self._sets[role], Request(), Request()
        for job in jobs:
            if role in job.roles:
                empty = job.metric.statistics()[role]
                job.collected[role] = asked.add(job.extractor, empty)
        paths, examples_key = {}, self.cache and examples.key()
        for (extractor, key), statistic in asked.statistics.items():
            if examples_key:
                path = self.cache.path(examples_key, extractor.describe(), statistic)
                if self.cache.load(path, statistic):
                    continue
                paths[extractor, key] = path
            missing.add(extractor, statistic)
        title = f"Real examples: {examples.name}"
        sweep(examples, missing, self.batch_size, title, self.verbose)
        for key, path in paths.items():
            self.cache.save(path, missing.statistics[key])

    def _find_held_out(self, needing):
        held_out, split = self._held_out
        if held_out is not None:
            found = self._find(held_out)
            # Folders and arrays have no splits, of which a named one has its own.
            named = found.split is not None and isinstance(held_out, str)
            return self._find.other_split(found.source, split) if named else found
        if self.real.split is None:
            raise ValueError(
                f"`held_out` must be given for {needing}, since {self.real.name} has "
                "no further split: real examples that the model was not trained on. "
                "Received: None"
            )
        return self._find.other_split(self.real.source, split)

    def _common(self, gan, fake, context, truncation):
        held_out = self._sets.get("held_out")
        return {
            "dataset": self.real.name,
            "split": self.real.split,
            "num_real": self.real.count,
            "num_fake": fake.count,
            "num_held_out": held_out and held_out.count,
            "held_out_split": held_out and held_out.split,
            "generator": _of(gan, fake, context.averaged),
            "step": getattr(gan, "step", None),
            "truncation": truncation,
            "seed": context.seed,
            "real_seed": self._find.seed,
            "kgan": importlib.metadata.version("kgan"),
            "tensorflow": tf.__version__,
        }


def _of(gan, fake, averaged):
    """Says which weights made the fakes."""
    if averaged is None:
        return fake.name
    average = averaged and getattr(gan, "ema_generator", None) is not None
    return "averaged weights" if average else "raw weights"


def _check_names(jobs):
    names = set()
    for job in jobs:
        own = {job.name(figure) for figure in job.metric.figures}
        if names & own:
            raise ValueError(
                "`metrics` must give each figure once, since it is known by its name. "
                f"Received: {min(names & own)} twice, with different arguments"
            )
        names |= own


def _unique(metrics) -> list[Metric]:
    found = {}
    for metric in metrics:
        found.setdefault((type(metric), repr(sorted(vars(metric).items()))), metric)
    if not found:
        raise ValueError("`metrics` must name at least one metric. Received: none")
    return list(found.values())
