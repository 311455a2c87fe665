"""Packs images into one ZIP or folder, cropped and scaled, with their labels.

  kgan data --dataset=photos/ --output=photos.zip --image_size=256
  kgan data --dataset=photos/ --output=wide.zip --image_size=256x192
  kgan data --dataset=old.zip --output=gray.zip --channels=1 --max_images=5000
  kgan data --dataset=cifar10 --output=cifar10.zip --split=test

The form is that of StyleGAN's data sets, which kgan and StyleGAN's own code
read: 00000/img00000000.png, ... and labels in dataset.json. StyleGAN's code
wants squares with sides of a power of two. --crop=center fills --image_size
and crops the rest around the centre, none scales the whole image and distorts
it, wide leaves black bars above and below; images are scaled by Lanczos.
"""

import contextlib
import os
import shlex
import sys
import time

from kgan.callbacks.status_line import StatusLine, is_terminal
from kgan.cli import flags
from kgan.core import naming
from kgan.data import packing, registry
from kgan.recipes.flag_types import Boolean, Choice, Integer, Size, Text, Window
from kgan.runs import interrupts

_SECONDS = 0.1  # between two drawings of the line of progress


def define(values) -> None:
    """Declares the flags."""
    text, number = Text(optional=True), Integer(optional=True)
    for name, kind, default, help in [
        ("dataset", text, None, "folder or ZIP of images, name of TFDS, digits"),
        ("output", text, None, "what is written: a new file that ends in .zip, or a "
         "new folder"),
        ("image_size", Size(optional=True), None, "side, [height,width] or "
         "WIDTHxHEIGHT; none: images stay as they are"),
        ("crop", Choice(packing.CROPS), "center", "how they are brought to it: center, "
         "none, wide"),
        ("channels", Choice((1, 3, 4), optional=True), None, "1: gray, 3: RGB, "
         "4: RGBA (default: those that the images have)"),
        ("labels", Choice(packing.LABELS), "auto", "folders: sub-folders are classes; "
         "file: those of a dataset.json; auto: what is there; none"),
        ("max_images", number, None, "the most images, the first by name"),
        ("skip_broken", Boolean(), False, "leave out images that cannot be decoded"),
        ("window", Window(optional=True), None, "values low,high of images of 16 or 32 "
         "bits that become 0 and 255 (default: their lowest and highest)"),
        ("split", Text(), "train", "part of a data set of TFDS"),
        ("data_dir", text, None, "where prepared data lie (default: $TFDS_DATA_DIR)"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Writes the data set and prints what it holds."""
    for name, what in [("dataset", "images to read"), ("output", "a ZIP to write")]:
        if values[name].value is None:
            raise flags.UsageError(f"--{name} must name {what}")
    names = ("image_size", "crop", "channels", "labels", "max_images", "skip_broken")
    options = flags.chosen(values, *names, "window", "split", "data_dir")
    with interrupts.termination(), contextlib.closing(_Progress()) as progress:
        packed = packing.pack(
            values.dataset, values.output, progress=progress, **options
        )
    print("\n".join(_described(packed)))


def _described(packed):
    height, width, channels = packed.shape
    size = f"{packed.nbytes / 1e6:,.1f} MB"
    told = _told(packed)
    yield (
        f"{packed.count:,} images of {width} x {height}, "
        f"{channels} channel{'s' * (channels > 1)}{told}, {size}: {packed.path}"
    )
    if packed.skipped:
        yield f"Left out: {packed.skipped:,} that cannot be decoded"
    if packed.enlarged:
        yield f"Enlarged: {packed.enlarged:,} that were smaller"
    if names := naming.labels(packed.class_names):
        yield f"Labels: {names}"
    conditional = " --conditional" if packed.num_classes else ""
    yield f"Train on them: kgan train --dataset={_place(packed)}{conditional}"


def _told(packed):
    if packed.condition_size:
        return f", vectors of {packed.condition_size} numbers"
    return f", {packed.num_classes} classes" if packed.num_classes else ", no labels"


def _place(packed):
    """Returns the result as `--dataset` of a command: no name of another data set."""
    path = str(packed.path)
    is_path = bool(registry.paths_of(path))
    return shlex.quote(path if is_path else os.path.join(os.curdir, path))


class _Progress:
    """Shows how many images are written, in a line of the terminal."""

    def __init__(self):
        self._line = StatusLine(sys.stdout) if is_terminal(sys.stdout) else None
        self._drawn = 0.0
        if self._line is not None:
            self._line.begin()
            self._line.show("looking at the images ...")

    def __call__(self, done, total):
        now = time.monotonic()
        if self._line is not None and now >= self._drawn + _SECONDS:
            self._drawn = now
            self._line.show(f"{done:,} of {total:,} images")

    def close(self):
        if self._line is not None:
            self._line.end()
