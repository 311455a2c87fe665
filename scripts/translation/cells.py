"""Pictures of cells with the masks of their nuclei, 64×64, of one kind of microscopy.

`data` is a folder with nuclei.zip, which holds fluorescence/image, fluorescence/mask,
and the same of histology. Names begin with the number of a photo, by which they are
held out.
"""

import numpy as np

SIDE, CLASSES = 64, 2
HELD_OUT_BY = r"match:^\d+"
STEPS = 400  # of a segmenter


def source(data, kind: str, split: str = "train", **options):
    """Returns the pairs of masks and pictures of a kind, a `kgan.data.Pairs`."""
    import kgan.data

    options = {"held_out_by": HELD_OUT_BY} | options
    return kgan.data.source(
        f"pairs:{data / 'nuclei.zip'}:{kind}/mask:{kind}/image",
        SIDE,
        split=split,
        source_labels=str(CLASSES),
        **options,
    )


def read(pairs) -> tuple:
    """Returns pictures, uint8, and which of their pixels are of a nucleus, integers."""
    return pairs.targets.read(), pairs.sources.read().argmax(axis=-1)


def segmenter(pictures: np.ndarray, masks: np.ndarray, seed: int):
    """Trains a `kgan.metrics.segmenter.Segmenter`."""
    from kgan.metrics.segmenter import Segmenter

    return Segmenter(pictures, masks, CLASSES, STEPS, seed)


def score(found: np.ndarray, masks: np.ndarray) -> dict:
    """Returns the IoU of nuclei over all pixels, and its mean over pictures."""
    from kgan.metrics.segmenter import intersection_over_union

    def nuclei(a, b):
        return float(intersection_over_union(a, b, CLASSES)[1])

    of_each = [nuclei(a, b) for a, b in zip(found, masks, strict=True)]
    return {"IoU": nuclei(found, masks), "mean of pictures": float(np.nanmean(of_each))}


def otsu(pictures: np.ndarray) -> np.ndarray:
    """Returns which pixels are brighter than the threshold of Otsu of their picture.

    Otsu, "A threshold selection method from gray-level histograms" (1979).
    """
    found = []
    for gray in pictures.mean(axis=-1):
        count, _ = np.histogram(gray, 256, (0, 256))
        below, mass = np.cumsum(count), np.cumsum(count * np.arange(256))
        above = below[-1] - below
        with np.errstate(invalid="ignore", divide="ignore"):
            between = (mass[-1] * below / below[-1] - mass) ** 2 / (below * above)
        found.append(gray > np.nanargmax(between))
    return np.array(found).astype(int)


def turned(images: np.ndarray) -> np.ndarray:
    """Returns square images in all eight positions, one after the other."""
    quarters = [np.rot90(images, turns, axes=(1, 2)) for turns in range(4)]
    return np.concatenate([q for a in quarters for q in (a, a[:, :, ::-1])])
