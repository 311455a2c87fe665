"""Constructor arguments of published StyleGAN2 networks, and what they mean here."""

import dataclasses
from typing import Any

from kgan.published.unpickler import Refused, shown

_GENERATOR = ("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels")
_DISCRIMINATOR = ("c_dim", "img_resolution", "img_channels")
# Arguments and their defaults. Where it is a tuple, other values than those in it have
# other layers, which are not built.
_STAGES = {"channel_base": 32768, "channel_max": 512, "conv_clamp": None}
_IGNORED = object()  # how a network computes, or where it is trained: not what
_BLOCK = {
    "resample_filter": ([1, 3, 3, 1],),
    "activation": ("lrelu",),
    "num_fp16_res": _IGNORED,
    "fp16_channels_last": _IGNORED,
    "fused_modconv_default": _IGNORED,
}
_SYNTHESIS = {**_STAGES, **_BLOCK, "architecture": ("skip",), "use_noise": (True,)}
_MAPPING = {
    "num_layers": 8,
    "embed_features": None,
    "layer_features": None,
    "activation": ("lrelu",),
    "lr_multiplier": (0.01,),
    "w_avg_beta": _IGNORED,
}
_OF_GENERATOR = {
    **dict.fromkeys(_GENERATOR),
    "mapping_kwargs": _IGNORED,
    "synthesis_kwargs": _IGNORED,
}
_OF_DISCRIMINATOR = {
    **dict.fromkeys(_DISCRIMINATOR),
    **_STAGES,
    "architecture": "resnet",
    "num_fp16_res": _IGNORED,
    "cmap_dim": None,
    "block_kwargs": _IGNORED,
    "mapping_kwargs": _IGNORED,
    "epilogue_kwargs": _IGNORED,
}
_EPILOGUE = {
    "mbstd_group_size": 4,
    "mbstd_num_channels": (1,),
    "activation": ("lrelu",),
}


@dataclasses.dataclass(frozen=True)
class Options:
    """Arguments for the builders of `kgan.models`, by their names there."""

    image_shape: tuple
    latent_dim: int
    num_classes: int | None
    w_dim: int
    mapping_layers: int
    center_decay: float
    generator_stages: dict
    discriminator_stages: dict
    architecture: str
    group_size: int
    cmap_dim: int | None


def read(generator: Any, discriminator: Any) -> Options:
    """Returns what two published networks, `Network`, were built with.

    Raises:
        Refused: If they have arguments that are not known or have no meaning here.
    """
    of_g = _known("G", _given(generator, _GENERATOR), _OF_GENERATOR)
    of_d = _known("D", _given(discriminator, _DISCRIMINATOR), _OF_DISCRIMINATOR)
    mapping = _inner("G", of_g, "mapping_kwargs", _MAPPING)
    synthesis = _inner("G", of_g, "synthesis_kwargs", _SYNTHESIS)
    block = {**_BLOCK, "freeze_layers": _IGNORED}
    _inner("D", of_d, "block_kwargs", block)
    epilogue = _inner("D", of_d, "epilogue_kwargs", _EPILOGUE)
    of_class = _inner("D", of_d, "mapping_kwargs", {**_MAPPING, "num_layers": (8,)})
    _widths("G", mapping, of_g["w_dim"])
    _widths("D", of_class, of_d["cmap_dim"])
    for name in _DISCRIMINATOR:
        if of_g[name] != of_d[name]:
            raise Refused(f"networks whose {name} differ: {of_g[name]}, {of_d[name]}")
    side = of_g["img_resolution"]
    return Options(
        image_shape=(side, side, of_g["img_channels"]),
        latent_dim=of_g["z_dim"],
        num_classes=of_g["c_dim"] or None,
        w_dim=of_g["w_dim"],
        mapping_layers=mapping["num_layers"],
        center_decay=generator.values.get("mapping.w_avg_beta", 0.995),
        generator_stages=_stages(synthesis),
        discriminator_stages=_stages(of_d),
        architecture=of_d["architecture"],
        group_size=epilogue["mbstd_group_size"],
        cmap_dim=of_d["cmap_dim"],
    )


def _given(published, names):
    """Returns the arguments of a constructor by name."""
    if len(published.arguments) > len(names):
        raise Refused(f"a {published.class_name} with arguments that are not known")
    return {**dict(zip(names, published.arguments, strict=False)), **published.options}


def _known(network, given, known):
    """Returns arguments with their defaults, checked to be of networks built here."""
    for name, value in given.items():
        expected = known.get(name, ())
        if name not in known or (type(expected) is tuple and value not in expected):
            where = f"{network} has {shown(str(name))}={shown(_text(value))}"
            raise Refused(f"networks of another architecture: {where}")
    return {**known, **given}


def _inner(network, arguments, name, known):
    given = arguments[name]
    given = {} if given is _IGNORED or given is None else given
    if type(given) is not dict:
        raise TypeError
    return _known(network, given, known)


def _widths(network, mapping, width):
    """Checks that all layers of a mapping are as wide as what it ends in."""
    for name in ("embed_features", "layer_features"):
        if mapping[name] not in (None, width):
            raise Refused(
                f"networks of another architecture: the mapping of {network} has "
                f"{name}={shown(_text(mapping[name]))}"
            )


def _text(value):
    """Returns a value as text; of what holds others, which may be deep, the type."""
    simple = (int, float, bool, str, type(None))
    return str(value) if type(value) in simple else f"a {type(value).__name__}"


def _stages(options):
    return {
        "channel_base": options["channel_base"],
        "channel_max": options["channel_max"],
        "clamp": options["conv_clamp"],
    }
