"""Paths through the latent space, step by step."""

from kgan.report.markup import Html, element, figure, join, table
from kgan.report.pictures import grid
from kgan.report.samples import reduced

_PATHS, _STEPS = 5, 10
_ADVICE = (
    "Equal steps on the great circle from one latent to another. Images should change "
    "smoothly and stay plausible on the way; leaps, or one image faded into the other, "
    "mean that the generator knows its examples, not what lies between them."
)


def walks(subject) -> Html:
    """Shows images along several paths between two latents."""
    classes = subject.classes
    if classes is None:
        rows = [_row(subject, path, f"path {path + 1}") for path in range(_PATHS)]
        caption = join(_ADVICE, reduced(subject))
        return figure(element("div", *rows, class_="paths"), caption)
    rows = []
    for path in range(_PATHS):
        label = path % classes
        name = subject.class_name(label)
        rows.append([name, _row(subject, path, f"class {name}", label)])
    caption = f"{_ADVICE} The class stays the same.{reduced(subject)}"
    return table(["class", "from one latent to another"], rows, caption, "images")


def _row(subject, path, told, label=None):
    images = subject.interpolate(path, _STEPS, label)
    return grid(images, _STEPS, f"{_STEPS} samples on a path between two, {told}")
