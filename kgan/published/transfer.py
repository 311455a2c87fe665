"""Starts a StyleGAN2 of another size, or of other colors, from a trained one."""

import dataclasses

from kgan.core import registry
from kgan.games.gan import GAN
from kgan.models.style_options import stylegan2_options
from kgan.models.style_transfer import COLORS, carry, compare, held

_PLAYERS = ("generator", "discriminator")


@dataclasses.dataclass(frozen=True)
class Transferred:
    """What became of the layers of G and D, names as "generator/b64_conv0".

    Attributes:
        copied: Layers with the weights of before.
        converted: Layers whose weights were converted to other colors.
        new: Layers that begin anew.
        left_out: Layers of the source that the target does not have.
    """

    copied: tuple
    converted: tuple
    new: tuple
    left_out: tuple

    def lines(self) -> list:
        """Returns the lists in a few lines; of layers that were copied the number."""
        named = dataclasses.asdict(self)
        count = len(named.pop("copied"))
        found = {"copied": f"{count} layers"}
        for what, names in named.items():
            by_player = [(p, _of(p, names)) for p in _PLAYERS if _of(p, names)]
            texts = [f"{player}: {', '.join(own)}" for player, own in by_player]
            found[what.replace("_", " ")] = "; ".join(texts)
        return [f"{what:14} {text}" for what, text in found.items() if text]


def _of(player, names):
    return [n.removeprefix(f"{player}/") for n in names if n.startswith(f"{player}/")]


def transfer(source: GAN, target: GAN, colors: str = "same") -> Transferred:
    """Copies the weights of a StyleGAN2 into one of another size, or other colors.

    Layers are matched by the names of their stages, and copied where they have as many
    channels. To twice the sides the image is the enlarged one of before, since the new
    stage of G adds nothing at first; that of D begins anew. To half the sides it is
    what G has painted up to there. Weights alone are carried over, the center of w and
    stored noise among them: optimizers, the p of ADA and the mean of path lengths begin
    anew. The averaged generator gets the average.

    Args:
        source: Of any size of the family with the same ratio of sides.
        target: A game of `kgan.models.stylegan2`, with as many latents and classes.
        colors: "same"; "repeat": gray weights into a network of three color channels,
            where an image has the gray values in each, and D thinks of a gray image as
            before; "mean": the reverse, where a gray image is the mean of the colors.

    Returns:
        `Transferred`: each layer as copied, converted, new or left out.

    Raises:
        ValueError: If networks are of another family, do not fit, or have other colors
            than `colors` converts, or a new layer is frozen. Nothing is copied then.

    Example:
        ```python
        old = kgan.models.load_stylegan2("faces-256.pkl")
        new = kgan.GAN(*kgan.models.stylegan2((512, 512, 3)))
        print("\\n".join(kgan.models.transfer(old, new).lines()))
        ```
    """
    registry.check_known("`colors` must be one of", colors, COLORS)
    _check(source, target, colors)
    found = dict.fromkeys(("copied", "converted", "new", "left_out"), ())
    for player in _PLAYERS:
        theirs, ours = getattr(source, player), getattr(target, player)
        kinds = compare(theirs, ours, colors)
        if frozen := held(ours, kinds["new"]):
            raise ValueError(
                "Layers that begin anew must not be frozen (`freeze_d`). "
                f"Received: {', '.join(frozen)}"
            )
        for kind, names in kinds.items():
            found[kind] += tuple(f"{player}/{name}" for name in names)
    for player in _PLAYERS:
        carry(getattr(source, player), getattr(target, player), colors)
    if target.ema_generator is not None:
        carry(source.sampler, target.ema_generator, colors)
    return Transferred(**found)


def advice(source: GAN, target: GAN) -> str:
    """Returns the flag that converts colors, where that is all that differs."""
    for colors in COLORS[1:]:
        try:
            _check(source, target, colors)
        except ValueError:
            continue
        return f", which --init_from_colors={colors} converts"
    return ""


def _check(source, target, colors):
    old, new = (
        getattr(game, "generator", None) is not None
        and stylegan2_options(game.generator, game.discriminator)
        for game in (source, target)
    )
    for name, options in {"source": old, "target": new}.items():
        if not options:
            raise ValueError(
                f"`{name}` must be a game with the networks of kgan.models.stylegan2: "
                "no others have stages by whose names weights could be matched"
            )
    for name in ("latent_dim", "num_classes", "w_dim", "mapping_layers"):
        if old[name] != new[name]:
            raise ValueError(
                f"`target` must have the {name} of `source`, {old[name]}. "
                f"Received: {new[name]}"
            )
    (rows, columns, before), (height, width, after) = (
        options["image_shape"] for options in (old, new)
    )
    if rows * width != columns * height:
        raise ValueError(
            f"`target` must have images of the proportions {rows}x{columns} (height x "
            f"width), of whatever size. Received: {height}x{width}"
        )
    _check_colors(before, after, colors)


def _check_colors(before, after, colors):
    fitting = {(1, 3): "repeat", (3, 1): "mean"}.get((before, after), "same")
    if before != after and fitting == "same":
        raise ValueError(
            f"Weights of {before} color channels cannot become those of {after}: from "
            "1 to 3 (`colors='repeat'`) and from 3 to 1 ('mean') they can"
        )
    if colors != fitting:
        instead = "; `kgan data --channels=3` makes gray images colored ones"
        raise ValueError(
            f"`colors` must be {fitting!r} (--init_from_colors={fitting}) for weights "
            f"of images with {before} color channels in networks of {after}"
            f"{instead if fitting == 'mean' else ''}. Received: {colors!r}"
        )
