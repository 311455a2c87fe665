"""What a segmenter learns from generated pictures and their label maps."""

import numpy as np

from kgan.metrics.base import Figure, Metric
from kgan.metrics.feature_rows import LIMIT, Rows
from kgan.metrics.features.base import Extractor, Outputs
from kgan.metrics.segmenter import Segmenter, intersection_over_union

_FEWEST = 16  # one batch of a segmenter


class Segmentation(Metric):
    """Intersection over union of a segmenter that was trained on generated pictures.

    The game generates a picture from each label map of the training pairs. A small
    network (`kgan.metrics.segmenter.Segmenter`) learns from these to find the classes
    of pixels, and is tested on the real pairs that are held out. `segmentation_iou` is
    the mean over all classes, `segmentation_iou_of_real` that of the same network after
    real pictures: what the generated ones can reach at best, or nearly so. Details have
    each class. Whether pictures vary more than the real ones is not measured.

    Args:
        steps: Batches of the training of each of the two, a positive integer.

    Raises:
        ValueError: If sources are no label maps or targets no pictures, or nothing is
            held out; when it is computed.

    Source: Ravuri and Vinyals, "Classification Accuracy Score for Conditional
    Generative Models" (2019), with a classifier in place of the segmenter.
    """

    kind = "segmentation"
    figures = ("segmentation_iou", "segmentation_iou_of_real")
    best = ("max", "max")
    on_features = False
    made = {"annotated": ("annotated", {})}

    def __init__(self, steps: int = 600):
        super().__init__()
        self.steps = steps

    def seen(self, role, extractor):
        return AsTheyAre()

    def statistics(self):
        return {"annotated": Rows(LIMIT)}

    def compute(self, collected, context):
        real, num_classes = context.source, context.source.source_shape[-1]
        if not real.held_out:
            # No `Few`, whose message has a way to compute it all the same.
            raise ValueError(
                f"{self.kind} needs pairs that are held out. Received: none"
            )
        shape = (-1, *real.shape[:2], real.shape[2] + 1)
        generated = collected["annotated"].rows.reshape(shape)
        pairs = {
            "segmentation_iou": (generated[..., :-1], generated[..., -1].astype(int)),
            "segmentation_iou_of_real": _pairs(real),
        }
        images, classes = _pairs(real.other_split("test"))
        context.check_counts(
            f"{self.kind} needs", _FEWEST, training=generated, held_out=images
        )
        found = {}
        for name, training in pairs.items():
            segmenter = Segmenter(*training, num_classes, self.steps, context.seed)
            iou = intersection_over_union(segmenter(images), classes, num_classes)
            details = {
                "iou_by_class": [None if np.isnan(x) else float(x) for x in iou],
                "num_training": len(training[0]),
                "num_held_out": len(images),
                "steps": self.steps,
            }
            found[name] = Figure(float(np.nanmean(iou)), details=details)
        return found


class AsTheyAre(Extractor):
    """Returns values as features, without a change."""

    name = "as they are"

    def __call__(self, images):
        images = np.asarray(images)
        return Outputs(images.reshape(len(images), -1), None, images)

    def describe(self):
        return {"name": self.name}


def _pairs(source):
    """Returns real pictures and the classes of their pixels."""
    return source.targets.read(), source.sources.read().argmax(axis=-1)
