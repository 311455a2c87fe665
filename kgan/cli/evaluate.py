"""Measures a trained model against real examples, and writes a page about it.

  kgan evaluate --model=runs/mnist-20250101-120000
  kgan evaluate --model=RUN --metrics=frechet_mnist,precision_recall_mnist
  kgan evaluate --model=RUN --metrics=fid,kid --num_images=50000
  kgan evaluate --samples=FOLDER --dataset=cifar10 --metrics=kernel_cifar10
  kgan evaluate --model=runs/adult --target=income --held_out=adult_test.csv

It prints a table and writes evaluation.json, each figure with all that it was
computed from, and report.html if the model generates from latents, or if it
translates. A metric's name ends in the features that it is measured on: a small
network of ours (mnist, fashion_mnist, cifar10, digits), pixels, or a Keras
application (vgg16); fid and kid are those of the standard Inception network.
Of a model that translates, l1, psnr and ssim are of held-out pairs, cycle_error
of held-out sources. Distances such as frechet and kernel compare translations
of the training sources with the training targets, with --split=test those of
the held-out ones. Of a table, rows are compared by column and by pair of
columns, always beside shuffled columns and two halves of the real rows.
Without --metrics, those that fit the data are measured.
"""

import pathlib
import resource
import sys
import time
import warnings

from kgan import metrics, report
from kgan.cli import flags
from kgan.core.atomic_files import check_writable, write_atomically
from kgan.games import exported
from kgan.games.generative import Generative
from kgan.games.translation import Translation
from kgan.metrics.measure import kind_of_examples
from kgan.recipes.flag_types import (
    Boolean,
    Choice,
    Fraction,
    Integer,
    Text,
    Texts,
    Window,
)
from kgan.recipes.recipe import WINDOWS
from kgan.runs import directory, provenance


def define(values) -> None:
    """Declares the flags."""
    optional, number = Text(optional=True), Integer(optional=True)
    window = Window(optional=True)
    for name, kind, default, help in [
        ("model", optional, None, "run directory, .keras, .pkl or .pth file, "
         "exported folder or hf://USER/NAME"),
        ("samples", optional, None, "instead of a model: a folder of images, or a "
         "data set's name"),
        ("metrics", Texts(optional=True), None, "names with commas between them "
         f"(default: those that fit): {', '.join(metrics.names())}"),
        ("num_images", Integer(), 10_000, "examples that are generated"),
        ("target", optional, None, "of a table: the column that classifiers learn to "
         "predict from its rows (tstr)"),
        ("features", optional, None, "what metrics are measured on that do not say so "
         "(default: what fits the data)"),
        ("dataset", optional, None, "the real examples (default: the run's)"),
        ("split", Text(), "train", "part of a named data set that is the reference, "
         "and whose sources are translated: train, test, ..."),
        ("held_out", optional, None, "real examples that the model was not trained "
         "on: a folder or data set (default: --held_out_split of the data set)"),
        ("held_out_split", Text(), "test", "the same as a part of the data set"),
        ("num_real", number, None, "most real examples that are read (default: all)"),
        ("data_dir", optional, None, "where prepared data lie (default: "
         "$TFDS_DATA_DIR)"),
        ("window", window, None, "values low,high of images of 16 or 32 bits in "
         "folders that become -1 and 1 (default: the run's, or those of --dataset)"),
        ("source_window", window, None, "the same of the sources of pairs"),
        ("target_window", window, None, "the same of the targets of pairs"),
        ("seed", Integer(minimum=0), 0, "seed of the latents and labels"),
        ("averaged", Boolean(), True, "take the averaged generator if there is one"),
        ("truncation", Fraction(), 1.0, "how far latents stay from the centre, in "
         "[0, 1]"),
        ("labels", Choice(("data", "balanced")), "data", "classes of the generated "
         "examples: as frequent as in the data, or balanced"),
        ("direction", optional, None, "of a model that translates both ways: "
         "to_target; to_source, whose translations of targets are compared with "
         "sources (default: to_target)"),
        ("allow_few", Boolean(), False, "measure even with too few examples"),
        ("cache", Boolean(), True, "keep statistics of the real examples on the disk"),
        ("output", optional, None, "folder to write (default: evaluation/ in the run)"),
        ("report", Boolean(), True, "write report.html"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Measures, prints the table, and writes it with a page."""
    begin = time.monotonic()
    if (values.model is None) == (values.samples is None):
        raise flags.UsageError(
            "--model must name a run directory or a .keras file, or --samples a folder "
            "of images"
        )
    output = _output(values)
    check_writable(output, "--output")
    game = values.samples
    if values.model is not None:
        game = directory.load_generator(values.model)
        names = ("averaged", "truncation", "labels", "direction")
        flags.options_of(game.examples, values, names)
    dataset, data_dir = _data(values)
    evaluator = metrics.Evaluator(
        dataset,
        values.metrics,
        values.num_images,
        **kind_of_examples(game, dataset, values.direction),
        cache_dir="auto" if values.cache else None,
        windows=_options(values, dataset) | flags.given(values, WINDOWS),
        class_names=values.model and provenance.classes_of(values.model),
        data_dir=data_dir,
        verbose=1 if sys.stdout.isatty() else 0,
        **flags.chosen(values, "features", "split", "held_out", "held_out_split"),
        **flags.chosen(values, "num_real", "direction", "allow_few", "target"),
    )
    _compare_data(values, dataset, evaluator.real.source)
    chosen = flags.chosen(values, "seed", "averaged", "truncation", "labels")
    evaluation = evaluator(game, **chosen)
    print(evaluation.table())
    print(f"Measured in {time.monotonic() - begin:.0f} s, {_peak()} in memory at most.")
    path, text = output / directory.FIGURES, evaluation.to_json()
    write_atomically(path, lambda name: name.write_text(text, encoding="utf-8"))
    written = [str(path)]
    if values.report and isinstance(game, (Generative, Translation)):
        written.append(str(_write_report(values, game, evaluation, evaluator, output)))
    print(f"\nWritten: {', '.join(written)}")


def _options(values, dataset):
    """Returns how the run read its data, wherever these are now."""
    return {} if values.model is None else provenance.options_of(values.model, dataset)


def _peak():
    """Returns the most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In bytes on macOS, in units of 1,024 elsewhere.
    size = peak if sys.platform == "darwin" else peak * 1024
    return f"{size / 2**30:.1f} GiB"


def _data(values):
    """Returns the real examples, and where prepared data lie."""
    dataset, data_dir = values.dataset, values.data_dir
    if values.model is not None:
        dataset, data_dir = provenance.data_of(values.model, dataset, data_dir)
    if dataset is None:
        raise flags.UsageError(
            "--dataset must name the real examples, since no run says which they are"
        )
    return dataset, data_dir


def _compare_data(values, dataset, source):
    """Warns where the reals are the run's training data, and have changed since."""
    if values.model is None or values.split != "train":
        return
    if not provenance.trained_on(values.model, dataset):
        return
    found = provenance.changed_data(values.model, source)
    if found:
        warnings.warn(
            f"{values.model} was trained on other data: {found}", stacklevel=2
        )


def _output(values):
    if values.output is not None:
        return pathlib.Path(values.output)
    path = pathlib.Path(values.model or ".")
    of_run = path.is_dir() and exported.find(path) is None
    return (path if of_run else pathlib.Path()) / directory.EVALUATION


def _write_report(values, game, evaluation, evaluator, output):
    path = output / "report.html"
    report.write(
        path,
        game,
        evaluation,
        evaluator.real.source,
        name=provenance.name_of(values.model),
        extractor=values.features,
        metrics_csv=provenance.metrics_of(values.model),
        **flags.chosen(values, "averaged", "truncation", "seed", "labels"),
    )
    return path
