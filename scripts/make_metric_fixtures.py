"""Writes the values of other packages that the tests of the metrics compare with.

    python scripts/make_metric_fixtures.py

makes a virtual environment in a temporary folder, installs the packages named below in
it, which takes gigabytes for PyTorch, and writes to `runs/fixtures/` (with
`--output=tests/metrics/fixtures` those of the tests):

features.npz, what the figures are of
    real        float32 (400, 24)
    fake        float32 (300, 24), which overlaps with it partly
    logits      float32 (500, 7)
images.npz, what is resized, uint8
    color       (40, 52, 3), smooth with saturated corners
    gray        (28, 28, 1)
    small       (8, 8, 3), noise
resized.npz, float32 in [0, 255], (height, width, channels) as the image
    KEY = IMAGE_MODE_HEIGHTxWIDTH, as in "gray_clean_75x60", for
    IMAGE       color to 17x23 and 299x299, gray to 75x60, small to 31x20
    MODE        clean (clean-fid: bicubic of Pillow for each channel, as floats),
                legacy_pytorch (clean-fid: `F.interpolate`), legacy_tensorflow
                (torch-fidelity: as TensorFlow 1 does)
    Of 299x299 only the rows 0, 150 and 298 are kept: (3, 299, 3).
expected.json
    frechet.pytorch_fid, frechet.clean_fid          covariances of `np.cov`
    kernel.torch_fidelity, kernel.clean_fid         unbiased, one subset that is all:
                                                    real[:300] and fake
    classifier_score.torch_fidelity.10 and .1       by number of splits, in the given
                                                    order: mean, std
    precision_recall.torch_fidelity                 k = 3: precision, recall
    prdc.prdc                                       k = 5: precision, recall, density,
                                                    coverage
    versions                                        of the packages
"""

import argparse
import importlib.metadata
import json
import pathlib
import subprocess
import tempfile

from environments import python_of

PACKAGES = (
    "pytorch-fid==0.3.0",
    "clean-fid==0.1.35",
    "torch-fidelity==0.4.0",
    "prdc==0.2",
    # SciPy 1.18 takes an argument of `sqrtm` away that two of them give.
    "scipy<1.16",
    "numpy",
    "pillow",
    "torch",
    "torchvision",
)
SIZES = {"color": [(17, 23), (299, 299)], "gray": [(75, 60)], "small": [(31, 20)]}
KEPT_ROWS = [0, 150, 298]


def make_features() -> dict:
    """Draws the features and logits, the same ones every time."""
    import numpy as np

    rng = np.random.default_rng(2026)
    mix = rng.normal(size=(24, 24)) * np.linspace(1.5, 0.05, 24)[:, None]
    real = rng.normal(size=(400, 24)) @ mix
    # Fakes miss a part of the data, scatter less, and lie beside it in every tenth.
    fake = 0.9 * rng.normal(size=(300, 24)) @ mix
    fake[:, 0] = np.abs(fake[:, 0])
    fake[::10] += 2.0
    logits = 2.5 * rng.normal(size=(500, 7)) + rng.normal(size=7)
    arrays = {"real": real, "fake": fake, "logits": logits}
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def make_images() -> dict:
    """Draws the images, the same ones every time."""
    import numpy as np

    rng = np.random.default_rng(2027)
    rows, columns = np.mgrid[:40, :52]
    waves = [
        np.sin(rows / a) + np.cos(columns / b) for a, b in [(3, 7), (9, 2), (5, 5)]
    ]
    color = np.clip(127.5 + 110 * np.stack(waves, axis=-1), 0, 255)
    gray = 255.0 * (rng.random((28, 28, 1)) > 0.7)
    small = rng.integers(0, 256, (8, 8, 3))
    images = {"color": color, "gray": gray, "small": small}
    return {name: image.astype(np.uint8) for name, image in images.items()}


def frechet(real, fake) -> dict:
    """Finds the Fréchet distance of float64 features."""
    import numpy as np
    from cleanfid.fid import frechet_distance
    from pytorch_fid.fid_score import calculate_frechet_distance

    moments = (
        *(real.mean(axis=0), np.cov(real, rowvar=False)),
        *(fake.mean(axis=0), np.cov(fake, rowvar=False)),
    )
    return {
        "pytorch_fid": float(calculate_frechet_distance(*moments)),
        "clean_fid": float(frechet_distance(*moments)),
    }


def kernel(real, fake) -> dict:
    """Finds the kernel distance of float64 features, as many of each kind."""
    import torch
    from cleanfid.fid import kernel_distance
    from torch_fidelity.metric_kid import kid_features_to_metric

    found = kid_features_to_metric(
        torch.from_numpy(real),
        torch.from_numpy(fake),
        kid_subsets=1,
        kid_subset_size=len(real),
        verbose=False,
    )
    return {
        "torch_fidelity": found["kernel_inception_distance_mean"],
        "clean_fid": kernel_distance(real, fake, num_subsets=1),
    }


def classifier_score(logits) -> dict:
    """Finds the Inception score of logits, in the order in which they are."""
    import torch
    from torch_fidelity.metric_isc import isc_features_to_metric

    scores = {}
    for splits in (10, 1):
        found = isc_features_to_metric(torch.from_numpy(logits), splits, shuffle=False)
        mean, std = found["inception_score_mean"], found["inception_score_std"]
        scores[str(splits)] = {"mean": mean, "std": std}
    return {"torch_fidelity": scores}


def neighbours(real, fake) -> tuple[dict, dict]:
    """Finds precision and recall of two kinds, density and coverage."""
    import prdc
    import torch
    from torch_fidelity.metric_prc import prc_features_to_metric

    found = prc_features_to_metric(
        torch.from_numpy(fake), torch.from_numpy(real), prc_neighborhood=3
    )
    balls = {name: found[name] for name in ("precision", "recall")}
    figures = prdc.compute_prdc(real, fake, nearest_k=5)
    figures = {name: float(value) for name, value in figures.items()}
    return {"torch_fidelity": balls}, {"prdc": figures}


def resize(image, mode, size):
    """Resizes an image to (height, width) as the mode says."""
    import numpy as np
    import torch
    from cleanfid.resize import make_resizer
    from torch_fidelity import interpolate_compat_tensorflow

    if mode == "legacy_tensorflow":
        planes = torch.from_numpy(image).permute(2, 0, 1)[None].float()
        like = interpolate_compat_tensorflow.interpolate_bilinear_2d_like_tensorflow1x
        resized = like(planes, size=size, align_corners=False)
        return resized[0].permute(1, 2, 0).numpy()
    channels = image.shape[-1]
    image = np.broadcast_to(image, (*image.shape[:2], 3)).copy()
    if mode == "clean":  # Pillow says (width, height)
        resized = make_resizer("PIL", False, "bicubic", size[::-1])(image)
    else:
        resized = make_resizer("PyTorch", False, "bilinear", size)(image)
    return resized[..., :channels]


def resize_all(images) -> dict:
    """Resizes all images in all modes."""
    import numpy as np

    resized = {}
    for name, sizes in SIZES.items():
        for size in sizes:
            for mode in ("clean", "legacy_pytorch", "legacy_tensorflow"):
                result = resize(images[name], mode, size).astype(np.float32)
                kept = result[KEPT_ROWS] if size[0] == 299 else result
                resized[f"{name}_{mode}_{size[0]}x{size[1]}"] = kept
    return resized


def write(folder: pathlib.Path) -> None:
    """Writes all fixtures into a folder; the packages must be there."""
    import numpy as np

    features, images = make_features(), make_images()
    real, fake = (features[name].astype(np.float64) for name in ("real", "fake"))
    balls, prdc = neighbours(real, fake)
    names = [package.partition("==")[0].partition("<")[0] for package in PACKAGES]
    expected = {
        "frechet": frechet(real, fake),
        "kernel": kernel(real[: len(fake)], fake),
        "classifier_score": classifier_score(features["logits"]),
        "precision_recall": balls,
        "prdc": prdc,
        "versions": {name: importlib.metadata.version(name) for name in names},
    }
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "features.npz", **features)
    np.savez_compressed(folder / "images.npz", **images)
    np.savez_compressed(folder / "resized.npz", **resize_all(images))
    text = json.dumps(expected, indent=2) + "\n"
    (folder / "expected.json").write_text(text, encoding="utf-8")


def write_in_environment(folder: pathlib.Path) -> None:
    """Builds an environment with the packages and calls this script in it."""
    with tempfile.TemporaryDirectory() as environment:
        python = python_of(pathlib.Path(environment), PACKAGES)
        command = [python, __file__, "--here", f"--output={folder}"]
        subprocess.run(command, check=True)


def main() -> None:
    """Writes the fixtures, as a rule in an environment made for it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--here",
        action="store_true",
        help="the packages are installed already: make no environment",
    )
    parser.add_argument("--output", type=pathlib.Path, default="runs/fixtures")
    values = parser.parse_args()
    (write if values.here else write_in_environment)(values.output)


if __name__ == "__main__":
    main()
