import numpy as np
import pickles
import pytest
from published_stylegan2 import Networks, discriminator, generator, written

from kgan.published import network, stylegan2_options
from kgan.published.unpickler import Refused


def read(path, **changed):
    path.write_bytes(Networks().pickle(**changed))
    found = network.read(path)
    return stylegan2_options.read(found["G_ema"], found["D"])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "published.pkl"


def test_arguments_by_place_and_by_name_are_one(path):
    names = ("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels")
    by_name = dict(zip(names, (5, 0, 6, 8, 3), strict=True))
    by_place = read(path)
    written = generator(arguments=(), **by_name)
    assert read(path, **written) == by_place
    assert by_place.image_shape == (8, 8, 3)
    assert (by_place.latent_dim, by_place.w_dim) == (5, 6)
    assert by_place.num_classes is None
    assert by_place.mapping_layers == 2
    assert by_place.group_size == 2
    assert by_place.center_decay == 0.995


def test_what_only_says_how_it_is_computed_is_left_out(path):
    ignored = {"num_fp16_res": 4, "fused_modconv_default": "inference_only"}
    changed = generator(synthesis_kwargs=ignored | {"conv_clamp": 256})
    found = read(path, **changed, **discriminator(block_kwargs={"freeze_layers": 2}))
    assert found.generator_stages["clamp"] == 256
    assert found.discriminator_stages["clamp"] is None


def test_the_form_of_stylegan3s_repository(path):
    path.write_bytes(Networks(clamp=256, classes=2).pickle())
    found = network.read(path)
    options = stylegan2_options.read(found["G_ema"], found["D"])
    assert options.generator_stages["clamp"] == 256
    assert options.discriminator_stages["clamp"] == 256
    assert options.center_decay == 0.998
    assert (options.latent_dim, options.w_dim, options.num_classes) == (5, 6, 2)


def test_layers_know_their_clamp_better_than_arguments(path):
    case = Networks()
    given = (
        (5, 0, 6, 8, 3),
        {
            "mapping_kwargs": {"num_layers": 2},
            "synthesis_kwargs": {
                "channel_base": 10**6,
                "channel_max": 4,
                "conv_clamp": 7,
            },
        },
    )
    changed = written("Generator", case.generator(1), *given, clamp=0.5)
    assert read(path, G_ema=changed).generator_stages["clamp"] == 0.5


@pytest.mark.parametrize(
    ("clamps", "reason"),
    [
        ((256, None), "layers of D have several conv_clamp: 256, None"),
        ((-1, -1), "D has conv_clamp=-1"),
    ],
)
def test_layers_have_one_clamp(path, clamps, reason):
    tensors = Networks().discriminator().items()
    parameters = {n: pickles.tensor(np.asarray(t, "f4")) for n, t in tensors}
    values = {f"b8.conv{n}.conv_clamp": clamp for n, clamp in enumerate(clamps)}
    options = {"channel_base": 10**6, "channel_max": 4}
    changed = pickles.network(
        "Discriminator", parameters, (), (0, 8, 3), options, values
    )
    with pytest.raises(Refused, match=reason):
        read(path, D=changed)


OTHERS = {
    "img_channels differ: 1, 3": generator((5, 0, 6, 8, 1)),
    "c_dim differ: 2, 0": generator((5, 2, 6, 8, 3)),
    "with arguments that are not known": generator((5, 0, 6, 8, 3, {}, {}, 1)),
    "G has architecture='resnet'": generator(
        synthesis_kwargs={"architecture": "resnet"}
    ),
    "G has use_noise=False": generator(synthesis_kwargs={"use_noise": False}),
    "G has conv_clamp='256'": generator(synthesis_kwargs={"conv_clamp": "256"}),
    "G has odd=a tuple": generator(synthesis_kwargs={"odd": ((),)}),
    "G has other=a dict": generator(other={}),
    "mapping of G has layer_features=7": generator(
        mapping_kwargs={"layer_features": 7}
    ),
    "G has lr_multiplier=1": generator(mapping_kwargs={"lr_multiplier": 1}),
    "G has z_dim=0": generator((0, 0, 6, 8, 3)),
    "G has w_dim='6'": generator((5, 0, "6", 8, 3)),
    "D has architecture='skip'": discriminator(architecture="skip"),
    "D has mbstd_num_channels=2": discriminator(
        epilogue_kwargs={"mbstd_num_channels": 2}
    ),
    "D has num_layers=4": discriminator(mapping_kwargs={"num_layers": 4}),
    "mapping of D has embed_features=9": discriminator(
        mapping_kwargs={"embed_features": 9}
    ),
}


@pytest.mark.parametrize("reason", OTHERS)
def test_other_arguments_are_refused_by_name(path, reason):
    with pytest.raises(Refused, match=reason):
        read(path, **OTHERS[reason])


def test_a_text_with_a_line_stays_in_one(path):
    with pytest.raises(Refused, match=r"G has a\\nb='c\\\\nd'$"):
        read(path, **generator(synthesis_kwargs={"a\nb": "c\nd"}))


CLAIMS = {
    r"\(6, 5\) is mapping.fc0.weight of \(6, 1099511627776\)": generator(
        (2**40, 0, 6, 8, 3)
    ),
    r"\(6, 5\) is mapping.fc0.weight of \(1099511627776, 5\)": generator(
        (5, 0, 2**40, 8, 3)
    ),
    r"b4.const of \(268435456, 4, 4\)": generator(
        synthesis_kwargs={"channel_base": 2**40, "channel_max": 2**28}
    ),
    r"there is no mapping.fc2.weight of \(6, 6\)": generator(
        mapping_kwargs={"num_layers": 2**20}
    ),
    r"b4.torgb.weight of \(1048576, 4, 1, 1\)": {
        **generator((5, 0, 6, 8, 2**20)),
        **discriminator((0, 8, 2**20)),
    },
    r"b8.fromrgb.weight of \(268435456, 3, 1, 1\)": discriminator(
        channel_base=2**40, channel_max=2**28
    ),
    r"there is no mapping.embed.weight of \(6, 1048576\)": {
        **generator(
            (5, 2**20, 6, 8, 3), tensors={"mapping.fc0.weight": np.ones((6, 11))}
        ),
        **discriminator((2**20, 8, 3), tensors={"b4.out.weight": np.ones((4, 4))}),
    },
    # Small tensors that a large one would follow.
    r"\(6, 6\) is mapping.fc1.weight of \(6000, 6000\)": generator(
        (1, 0, 6000, 8, 3),
        tensors={
            "mapping.fc0.weight": np.ones((6000, 1)),
            "mapping.fc0.bias": np.ones(6000),
            "mapping.fc1.bias": np.ones(6000),
        },
    ),
    r"there is no mapping.fc0.weight of \(8000, 8000\)": {
        **generator(
            (5, 1, 6, 8, 3),
            tensors={
                "mapping.fc0.weight": np.ones((6, 11)),
                "mapping.embed.weight": np.ones((6, 1)),
                "mapping.embed.bias": np.ones(6),
            },
        ),
        **discriminator(
            (1, 8, 3),
            tensors={
                "b4.out.weight": np.ones((8000, 4)),
                "b4.out.bias": np.ones(8000),
                "mapping.embed.weight": np.ones((8000, 1)),
                "mapping.embed.bias": np.ones(8000),
            },
            cmap_dim=8000,
        ),
    },
}


@pytest.mark.parametrize("reason", CLAIMS)
def test_sizes_that_are_merely_claimed_are_refused(path, reason):
    with pytest.raises(Refused, match=reason):
        read(path, **CLAIMS[reason])
