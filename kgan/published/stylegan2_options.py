"""Constructor arguments of published StyleGAN2 networks, and what they mean here."""

import dataclasses

from kgan.published import stylegan2_shapes
from kgan.published.network import Network
from kgan.published.unpickler import Refused, shown


def _any(value):
    """Of how a network computes or where it was trained, not of what it computes."""
    return True


def _whole(least):
    return lambda value: type(value) is int and value >= least


def _optional(check):
    return lambda value: value is None or check(value)


def _one_of(*known):
    return lambda value: any(type(value) is type(k) and value == k for k in known)


def _positive(value):
    return type(value) in (int, float) and 0 < value < float("inf")


def _group(value):
    return type(value) is dict


# Arguments in their order: the default, None where there must be one, and which values
# have the same meaning here. Others are of other layers, which are not built.
_COMMON = {
    "c_dim": (None, _whole(0)),
    "img_resolution": (None, _whole(4)),
    "img_channels": (None, _whole(1)),
}
_STAGES = {
    "channel_base": (32768, _whole(1)),
    "channel_max": (512, _whole(1)),
    "num_fp16_res": (0, _any),
    "conv_clamp": (None, _optional(_positive)),
}
_LEAKY = {"activation": ("lrelu", _one_of("lrelu"))}
_BLOCK = {
    **_LEAKY,
    "resample_filter": ([1, 3, 3, 1], _one_of([1, 3, 3, 1])),
    "fp16_channels_last": (False, _any),
}
_SYNTHESIS = {
    **_STAGES,
    **_BLOCK,
    "architecture": ("skip", _one_of("skip")),
    "use_noise": (True, _one_of(True)),
    "fused_modconv_default": (None, _any),
}
_MAPPING = {
    **_LEAKY,
    "num_layers": (8, _whole(1)),
    "embed_features": (None, _optional(_whole(1))),
    "layer_features": (None, _optional(_whole(1))),
    "lr_multiplier": (0.01, _one_of(0.01)),
    "w_avg_beta": (None, _any),
    "freeze_layers": (0, _any),
    "freeze_embed": (False, _any),
}
_EPILOGUE = {
    **_LEAKY,
    "mbstd_group_size": (4, _whole(1)),
    "mbstd_num_channels": (1, _one_of(1)),
}
_GENERATOR = {
    "z_dim": (None, _whole(1)),
    "c_dim": _COMMON["c_dim"],
    "w_dim": (None, _whole(1)),
    **_COMMON,
    "mapping_kwargs": ({}, _group),
    "synthesis_kwargs": ({}, _group),
}
_DISCRIMINATOR = {
    **_COMMON,
    "architecture": ("resnet", _one_of("resnet", "orig")),
    **_STAGES,
    "cmap_dim": (None, _optional(_whole(1))),
    "block_kwargs": ({}, _group),
    "mapping_kwargs": ({}, _group),
    "epilogue_kwargs": ({}, _group),
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


def read(generator: Network, discriminator: Network) -> Options:
    """Returns what two published networks were built with.

    Raises:
        Refused: If they have arguments that are not known or have no meaning here, or
            other sizes than these.
    """
    given = _given(generator, _GENERATOR)
    # StyleGAN3's repository has arguments of the synthesis among those of G.
    flat = {name: value for name, value in given.items() if name not in _GENERATOR}
    given = {name: value for name, value in given.items() if name in _GENERATOR}
    of_g = _known("G", given, _GENERATOR)
    of_d = _known("D", _given(discriminator, _DISCRIMINATOR), _DISCRIMINATOR)
    mapping = _known("G", of_g["mapping_kwargs"], _MAPPING)
    synthesis = _known("G", of_g["synthesis_kwargs"] | flat, _SYNTHESIS)
    _known("D", of_d["block_kwargs"], {**_BLOCK, "freeze_layers": (0, _any)})
    epilogue = _known("D", of_d["epilogue_kwargs"], _EPILOGUE)
    eight = {"num_layers": (8, _one_of(8))}
    of_class = _known("D", of_d["mapping_kwargs"], {**_MAPPING, **eight})
    for name in _COMMON:
        if of_g[name] != of_d[name]:
            raise Refused(f"networks whose {name} differ: {of_g[name]}, {of_d[name]}")
    side = of_g["img_resolution"]
    options = Options(
        image_shape=(side, side, of_g["img_channels"]),
        latent_dim=of_g["z_dim"],
        num_classes=of_g["c_dim"] or None,
        w_dim=of_g["w_dim"],
        mapping_layers=mapping["num_layers"],
        center_decay=generator.values.get("mapping.w_avg_beta", 0.995),
        generator_stages=_stages("G", generator, synthesis),
        discriminator_stages=_stages("D", discriminator, of_d),
        architecture=of_d["architecture"],
        group_size=epilogue["mbstd_group_size"],
        cmap_dim=of_d["cmap_dim"],
    )
    _same_width("G", mapping, options.w_dim)
    _same_width("D", of_class, stylegan2_shapes.class_width(options))
    _compare(generator, stylegan2_shapes.of_generator(options))
    _compare(discriminator, stylegan2_shapes.of_discriminator(options))
    return options


def _given(published, known):
    """Returns the arguments of a network's constructor, those by place by name too."""
    if len(published.arguments) > len(known):
        raise Refused(f"a {published.class_name} with arguments that are not known")
    return {**dict(zip(known, published.arguments, strict=False)), **published.options}


def _known(network, given, known):
    """Returns arguments with their defaults, checked to have a meaning here."""
    found = {name: default for name, (default, _) in known.items()} | given
    for name, value in found.items():
        if name not in known or not known[name][1](value):
            where = f"{network} has {shown(str(name))}={_text(value)}"
            raise Refused(f"networks of another architecture: {where}")
    return found


def _text(value):
    """Returns a value as text; of what holds others, which may be deep, the type."""
    simple = (int, float, bool, str, type(None))
    text = repr(value) if type(value) in simple else f"a {type(value).__name__}"
    return shown(text)


def _same_width(network, mapping, width):
    """Checks that all layers of a mapping are as wide as what it ends in."""
    for name in ("embed_features", "layer_features"):
        if mapping[name] not in (None, width):
            raise Refused(
                f"networks of another architecture: the mapping of {network} has "
                f"{name}={mapping[name]}"
            )


def _stages(network, published, options):
    return {
        "channel_base": options["channel_base"],
        "channel_max": options["channel_max"],
        "clamp": _clamp(network, published, options["conv_clamp"]),
    }


def _clamp(network, published, given):
    """Returns what all layers clamp at, or the argument where they do not keep it.

    Where there is no argument, layers know it alone: the two repositories have other
    defaults. A convolution that goes around a stage is never clamped.
    """
    kept = {
        value
        for name, value in published.values.items()
        if name.endswith(".conv_clamp") and not name.endswith(".skip.conv_clamp")
    }
    if len(kept) > 1:
        found = ", ".join(sorted(map(str, kept))[:4])
        raise Refused(
            f"networks of another architecture: the layers of {network} have several "
            f"conv_clamp: {found}"
        )
    (clamp,) = kept or {given}
    _known(network, {"conv_clamp": clamp}, {"conv_clamp": _STAGES["conv_clamp"]})
    return clamp


def _compare(published, shapes):
    """Checks that tensors are as large as arguments claim, before anything is built."""
    for name, expected in shapes:
        tensor = published.tensors.get(name)
        if tensor is None or tensor.shape != expected:
            what = "there is no" if tensor is None else f"{tensor.shape[:8]} is"
            raise Refused(
                f"networks of another architecture: {what} {name} of {expected}"
            )
