"""What is chosen for a folder of few images fits their number and their shape."""

import pytest

from kgan.models.dcgan import stage_sizes
from kgan.recipes import Recipe, automatic, few_shot, get
from kgan.recipes.options.gan_parts import make_augmentation


def adapt(count=200, size=(64, 64), on_gpu=False):
    return few_shot.adapt("./photos", {size: count}, on_gpu)


def test_the_recipe_augments_from_the_first_step_on():
    recipe = get("few_shot")
    assert recipe is few_shot.RECIPE
    assert recipe.augmentation == {"name": "diff_augment"}
    assert automatic.ADAPTED["few_shot"] is automatic.few


@pytest.mark.parametrize("on_gpu", [False, True])
@pytest.mark.parametrize("count", [1, 2, 31, 200, 1_000, 1_001, 30_000])
def test_every_number_of_images_has_a_recipe(count, on_gpu):
    recipe, reasons = adapt(count, on_gpu=on_gpu)
    assert (recipe.name, recipe.dataset) == ("few_shot", "./photos")
    assert recipe.batch_size == min(32, count)
    assert recipe.steps == (20_000 if on_gpu else 4_000)
    shown = recipe.steps * recipe.batch_size
    if count >= 32:
        assert shown == pytest.approx(640_000 if on_gpu else 128_000, rel=1e-3)
    assert recipe.model_options["width"] == (64 if on_gpu else 32)
    assert 0 < recipe.sample_every <= recipe.steps // 16 + 1
    assert Recipe.from_json(recipe.to_json()) == recipe
    text = "\n".join(reasons)
    assert f"{count:,} {'image' if count == 1 else 'images'}." in text
    assert f"{shown:,} images shown" in text
    for told in ("steps", "ema_momentum"):
        assert f"--{told}={getattr(recipe, told)}:" in text
    assert f"""--augmentation='{{"name":"{recipe.augmentation["name"]}\"""" in text


@pytest.mark.parametrize("on_gpu", [False, True])
@pytest.mark.parametrize("count", [31, 200, 5_000])
def test_the_average_forgets_half_in_a_twentieth_of_the_run(count, on_gpu):
    recipe, _ = adapt(count, on_gpu=on_gpu)
    kept = recipe.ema_momentum ** (0.05 * recipe.steps)
    assert kept == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("count", "warning", "minutes"),
    [
        (1, "A GAN of one image can only reproduce it: for new images", 2),
        (2, "A GAN of so few reproduces them: for new images like them", 3),
        (31, "A GAN of so few reproduces them: for new images like them", 19),
        (32, None, 20),
    ],
)
def test_what_becomes_of_very_few_images_is_said(count, warning, minutes):
    recipe, reasons = adapt(count)
    text = "\n".join(reasons)
    assert ("A GAN of" in text) == (warning is not None)
    assert warning is None or warning in text
    assert f": about {minutes} minutes on a core of a CPU." in reasons[4]
    assert f"--steps={recipe.steps}:" in reasons[4]
    # Samples of one image are equal, and no collapse.
    assert recipe.on_collapse == ("none" if count == 1 else "warn")
    assert "minutes" not in "\n".join(adapt(count, on_gpu=True)[1])


def test_few_images_are_augmented_at_once_and_more_of_them_as_is_needed():
    few, _ = adapt(few_shot.FEW)
    assert few.augmentation == {"name": "diff_augment"}
    many, reasons = adapt(few_shot.FEW + 1)
    assert many.augmentation == {"name": "adaptive_augment", "speed": 32_000}
    assert make_augmentation(many).speed == 32_000
    assert "32,000 images" in "\n".join(reasons)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({(64, 64): 3}, 64),
        ({(500, 500): 3}, 64),
        ({(100, 200): 3}, (32, 64)),
        ({(200, 100): 3}, (64, 32)),
        ({(40, 100): 3, (500, 400): 1}, (24, 64)),
        ({(20, 30): 3}, (16, 32)),
        ({(24, 24): 9, (2000, 3000): 4}, 24),
        ({(10, 1000): 3}, (8, 64)),
        ({(3, 3): 1}, 8),
    ],
)
def test_the_shape_is_near_the_median(sizes, expected):
    recipe, reasons = few_shot.adapt("./photos", sizes, on_gpu=False)
    assert recipe.image_size == expected
    text = str(expected) if isinstance(expected, int) else "[{},{}]".format(*expected)
    assert f"--image_size={text}: the median shape" in "\n".join(reasons)
    _, reasons = few_shot.adapt("./photos", sizes, False, given=("image_size",))
    assert "--image_size" not in "\n".join(reasons)
    height, width = expected if isinstance(expected, tuple) else (expected,) * 2
    for larger, smaller in zip(
        stage_sizes((height, width)), stage_sizes((height, width))[1:], strict=False
    ):
        whole = [a in (2 * b, b) for a, b in zip(larger, smaller, strict=True)]
        assert all(whole)


def test_what_is_chosen_can_be_overridden():
    recipe, _ = adapt()
    changed = recipe.override(augmentation={}, steps=7)
    assert make_augmentation(changed) is None
    assert changed.steps == 7
