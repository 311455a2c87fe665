import keras
import pytest

from kgan.models import style_stages


def names(*shape, **options):
    return [stage.name for stage in style_stages.stages(shape, **options)]


def test_stages_begin_with_4_pixels():
    assert names(4, 4, 3) == ["b4"]
    assert names(32, 32, 1) == ["b4", "b8", "b16", "b32"]
    assert names(96, 128, 3) == [
        "b3x4",
        "b6x8",
        "b12x16",
        "b24x32",
        "b48x64",
        "b96x128",
    ]
    assert names(64, 16, 3)[0] == "b4x1"
    assert len(names(1024, 1024, 3)) == 9


def test_channels_fall_with_the_side():
    found = style_stages.stages((64, 48, 3), channel_base=1024, channel_max=100)
    assert [stage.channels for stage in found] == [100, 100, 64, 32, 16]
    assert style_stages.stages((1024, 1024, 3), 512)[-1].channels == 1


def test_half_precision_is_of_the_largest_stages():
    found = style_stages.stages(
        (64, 64, 3), half_precision_stages=2, dtype="mixed_float16"
    )
    computed = [stage.dtype.compute_dtype for stage in found]
    assert computed == ["float32"] * 3 + ["float16"] * 2
    assert {stage.clamp for stage in found} == {256.0}
    whole = style_stages.stages((8, 8, 3), dtype="mixed_bfloat16", clamp=9.0)
    assert [stage.dtype.compute_dtype for stage in whole] == ["bfloat16"] * 2
    assert whole[0].clamp == 9.0
    assert style_stages.stages((8, 8, 3))[0].clamp is None
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(
    ("size", "nearest"),
    [
        ((480, 640), ((384, 512), (768, 1024))),
        ((100, 100), ((64, 64), (128, 128))),
        ((48, 65), ((48, 64), (96, 128))),
        ((200, 90), ((128, 64), (256, 128))),
        ((2048, 2048), ((1024, 1024), (1024, 1024))),
        ((3, 2), ((4, 3), (8, 6))),
    ],
)
def test_other_sizes_name_the_nearest(size, nearest):
    assert style_stages.nearest(*size) == nearest
    sizes = " and ".join(f"{h}x{w}" for h, w in dict.fromkeys(nearest))
    with pytest.raises(ValueError, match=f"height x width: {sizes}; .*image_size"):
        style_stages.stages((*size, 3))


def test_bad_numbers():
    for name in ("channel_base", "channel_max"):
        with pytest.raises(ValueError, match=f"`{name}` must be an integer"):
            style_stages.stages((8, 8, 3), **{name: 0})
