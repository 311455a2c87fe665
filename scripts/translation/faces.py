"""Photos of faces as paintings: how near translations come to paintings held out.

`data` is a folder with faces.zip, gray photos, and portraits.zip, paintings.
"""

import numpy as np
from translation import tasks
from translation.stain import matched


def recipe(data):
    """Returns the recipe `faces2paintings` on a folder's data."""
    from kgan import recipes

    path = f"unpaired:{data / 'faces.zip'}:{data / 'portraits.zip'}"
    return recipes.get("faces2paintings").override(dataset=path)


def sides(data, split: str) -> tuple:
    """Returns photos, their gray repeated to three channels, and paintings, uint8."""
    import kgan.data

    plan = recipe(data)
    source = kgan.data.source(
        plan.dataset, plan.image_size, split=split, **plan.data_options
    )
    return source.sources.read(), source.targets.read()


def judged(translated):
    """Returns a setting: photos that a function of them, data and folder translates."""

    def run(data, folder, seed):
        from kgan.metrics import features
        from kgan.metrics.kernel import kernel_distance

        photos, paintings = sides(data, "test")
        network = features.get("cifar10")
        both = paintings, translated(photos, data, folder)
        found = (network(images).features for images in both)
        return {"kernel distance × 1000": 1000 * kernel_distance(*found)}

    return tasks.Setting(run, seeds=1)


def _as_they_are(photos, data, folder):
    return photos


def _matched(photos, data, folder):
    return matched(photos, sides(data, "train")[1])


def _translated(photos, data, folder):
    run_dir = folder.with_name("faces2paintings")
    return tasks.trained(recipe(data), run_dir).translate(photos)


def _paintings(photos, data, folder):
    return sides(data, "train")[1]


def shown(data, folder) -> dict:
    """Returns paintings that are held out, in gray, and what becomes of them."""
    _, paintings = sides(data, "test")
    gray = paintings @ np.array([0.299, 0.587, 0.114])
    gray = gray.round().astype(np.uint8)[..., None].repeat(3, axis=-1)
    game = tasks.read(folder / "faces2paintings")
    return {"in gray": gray, "translated": game.translate(gray), "painted": paintings}


SETTINGS = {
    "photos as they are": judged(_as_they_are),
    "their histogram matched": judged(_matched),
    "translated": judged(_translated),
    "paintings of the training": judged(_paintings),
}
