"""Reads networks of StyleGAN2 and StyleGAN2-ADA that others have published."""

import os
import pathlib

from kgan.core import arguments
from kgan.engine.ema import HalfLife
from kgan.engine.optimizers import lazy_adam
from kgan.games.gan import GAN
from kgan.losses.gradient_penalties import R1
from kgan.losses.path_length import PathLength
from kgan.models.style_discriminator import style_discriminator
from kgan.models.style_stages import stages
from kgan.models.stylegan2 import stylegan2_generator
from kgan.published import network, stylegan2_options, stylegan2_weights
from kgan.published.unpickler import Refused, shown


def load_stylegan2(path: str | os.PathLike, batch_size: int | None = None) -> GAN:
    """Reads a published network of StyleGAN2 or StyleGAN2-ADA, executing nothing.

    It reads what NVIDIA's PyTorch releases write: the pickles of StyleGAN2-ADA, and of
    StyleGAN3's repository where they hold StyleGAN2's networks. A fixed list of names
    is known to it; a pickle that names anything else is refused. The game has all three
    networks, and is compiled with the published settings for its resolution (`auto`).

    The terms of whoever made the network go on applying to its weights, and to what is
    trained from them: it prints so, and the game's `notice` keeps it, in `.keras`
    files, cards and exports.

    Args:
        path: The `.pkl` file.
        batch_size: Images a step that `fit` will be given: the weight of R1 and the
            half-life of the average follow from it. None: 4096 / side, 32 at most.

    Returns:
        A compiled `kgan.GAN`, whose averaged generator is G_ema.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds anything else, or is damaged, or `batch_size` is no
            positive integer.

    Example:
        ```python
        gan = kgan.models.load_stylegan2("network-snapshot-025000.pkl")
        images = gan.generate(16, seed=1, truncation=0.7)
        gan.save("faces.keras")
        ```

    Source: Karras et al. (2020), Training Generative Adversarial Networks with Limited
    Data, and the authors' program.
    """
    path = pathlib.Path(path)
    if batch_size is not None:
        batch_size = arguments.positive_integer("batch_size", batch_size)
    try:
        game = _game(network.read(path), batch_size)
    except Refused as refused:
        raise ValueError(
            "`path` must be a pickle with networks of StyleGAN2, as NVIDIA's PyTorch "
            f"releases write it. Received: {path}, {refused}"
        ) from None
    game.notice = (
        f"The weights come from {path.name}, a published network of StyleGAN2: the "
        "license of its maker goes on applying to them and to what is trained from them"
    )
    print(f"{game.notice}.")
    return game


def _game(found, batch_size):
    """Builds the game of published networks, and copies their weights."""
    generator, discriminator = (_checked(found, name) for name in ("G_ema", "D"))
    try:
        game = _build(stylegan2_options.read(generator, discriminator), batch_size)
    except Refused:
        raise
    except ValueError as error:  # of a size that is not of the family
        raise Refused(f"networks of another form: {error}") from None
    copy = stylegan2_weights.copy
    copy(found.get("G", generator), stylegan2_weights.of_generator(game.generator))
    copy(generator, stylegan2_weights.of_generator(game.ema_generator))
    copy(discriminator, stylegan2_weights.of_discriminator(game.discriminator))
    return game


def _checked(found, name):
    """Returns a network of a file, checked to be there and of StyleGAN2."""
    if name not in found:
        raise Refused(f"a pickle without {name}")
    kind = found[name].class_name
    if kind != {"D": "Discriminator"}.get(name, "Generator"):
        raise Refused(f"a pickle whose {name} is a {shown(kind)}")
    if "synthesis.input" in found[name].modules:
        raise Refused("a pickle with networks of StyleGAN3, which have other layers")
    return found[name]


def _build(options, batch_size):
    shape = options.image_shape
    generator = stylegan2_generator(
        shape,
        options.latent_dim,
        options.num_classes,
        options.w_dim,
        options.mapping_layers,
        center_decay=options.center_decay,
        **options.generator_stages,
    )
    discriminator = style_discriminator(
        stages(shape, **options.discriminator_stages),
        shape[-1],
        options.num_classes,
        options.architecture,
        options.group_size,
        "strided",
        options.cmap_dim,
    )
    batch_size = batch_size or min(4096 // shape[0], 32)
    return _compiled(generator, discriminator, shape[0], batch_size)


def _compiled(generator, discriminator, side, batch):
    """Returns the game, with the published settings `auto` for one device."""
    # Without a ramp: the average was one before the first round.
    momentum = HalfLife(10 / 32 * batch, batch, ramp=None)
    game = GAN(generator, discriminator, ema_momentum=momentum)
    step_size = 0.002 if side >= 1024 else 0.0025
    game.compile(
        lazy_adam(4, step_size),
        lazy_adam(16, step_size),
        terms=[R1(0.0002 * side**2 / batch, interval=16), PathLength(2.0, interval=4)],
        lazy="own_step",
    )
    return game
