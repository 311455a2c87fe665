"""The same step of image translation in PyTorch. This process loads no TensorFlow."""

import itertools
import random
import types

import torch
from benchmarking import translation_torch_networks as networks
from benchmarking import with_torch
from torch.nn import functional

_L1, _CYCLE, _IDENTITY, _POOL = 100.0, 10.0, 5.0, 50


class Game:
    """A game of translation: players, Adam for each update, and a step.

    Args:
        case: The fields of a `cases.Case`.
        plan: The fields of a `translation.Plan`.
        reuses: Whether both updates of a step see the same translations, as in the
            authors' programs, in place of new ones after the first update.

    Raises:
        ValueError: If a player has another number of weights than kgan's.
    """

    def __init__(self, case: dict, plan: dict, reuses: bool = False):
        if case["threads"]:
            torch.set_num_threads(case["threads"])
        torch.manual_seed(0)
        self.recipe, self.reuses = types.SimpleNamespace(**plan["recipe"]), reuses
        self.layout = (
            torch.channels_last if case["channels_last"] else torch.contiguous_format
        )
        *sides, channels = plan["shape"]
        self.players = self._make_players(channels)
        for player, network in self.players.items():
            count = sum(weight.numel() for weight in network.parameters())
            if count != plan["weights"][player]:
                raise ValueError(
                    f"{player} must have as many weights as kgan's: "
                    f"{plan['weights'][player]:,}. Received: {count:,}"
                )
            network.to(memory_format=self.layout).train()
        size = (self.recipe.batch_size, channels, *sides)
        self.source, self.target = (
            (torch.rand(size) * 2 - 1).to(memory_format=self.layout) for _ in range(2)
        )

    def serve(self, blocks) -> None:
        """Plays blocks of steps until there is none left."""
        with_torch.play(self.step, blocks)

    def _adam(self, *names):
        weights = [self.players[name].parameters() for name in names]
        return torch.optim.Adam(
            itertools.chain(*weights),
            lr=self.recipe.learning_rate,
            betas=(0.5, 0.999),
            eps=1e-7,
            fused=True,
        )


def _freeze(networks, frozen=True):
    """Has no gradient computed of weights that an update does not move."""
    for network in networks:
        network.requires_grad_(not frozen)


def _move(optimizer, loss):
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


class Pix2Pix(Game):
    """First D moves, then G."""

    def _make_players(self, channels):
        made = {
            "generator": networks.unet(self.recipe, channels),
            "discriminator": networks.patchgan(self.recipe, 2 * channels, True),
        }
        self.generator, self.discriminator = made.values()
        return made

    def step(self) -> tuple:
        """Plays one round; returns the losses."""
        if not hasattr(self, "of_generator"):
            self.of_generator = self._adam("generator")
            self.of_discriminator = self._adam("discriminator")
        x, y = self.source, self.target
        with torch.set_grad_enabled(self.reuses):
            fake = self.generator(x)
        real_logits = self.discriminator(torch.cat([x, y], 1))
        fake_logits = self.discriminator(torch.cat([x, fake.detach()], 1))
        d_loss = functional.softplus(-real_logits).mean()
        d_loss = d_loss + functional.softplus(fake_logits).mean()
        _move(self.of_discriminator, 0.5 * d_loss)
        _freeze([self.discriminator])
        if not self.reuses:
            fake = self.generator(x)
        fooled = functional.softplus(-self.discriminator(torch.cat([x, fake], 1)))
        distance = functional.l1_loss(fake, y)
        g_loss = fooled.mean() + _L1 * distance
        _move(self.of_generator, g_loss)
        _freeze([self.discriminator], False)
        return d_loss, g_loss


class CycleGAN(Game):
    """First both translators move, then both judges."""

    def _make_players(self, channels):
        translators, judges = (
            ("to_target", "to_source"),
            ("discriminator_target", "discriminator_source"),
        )
        made = {name: networks.resnet(self.recipe, channels) for name in translators}
        for name in judges:
            made[name] = networks.patchgan(self.recipe, channels, False)
        self.to_target, self.to_source, self.judge_target, self.judge_source = (
            made.values()
        )
        self.pools = [], []
        return made

    def step(self) -> tuple:
        """Plays one round; returns the losses."""
        if not hasattr(self, "of_translators"):
            self.of_translators = self._adam("to_target", "to_source")
            self.of_judges = self._adam("discriminator_target", "discriminator_source")
        x, y = self.source, self.target
        judges = self.judge_target, self.judge_source
        _freeze(judges)
        fakes = self.to_target(x), self.to_source(y)
        g_loss = sum(
            (judge(fake) - 1).square().mean()
            for judge, fake in zip(judges, fakes, strict=True)
        )
        cycle = functional.l1_loss(self.to_source(fakes[0]), x)
        cycle = cycle + functional.l1_loss(self.to_target(fakes[1]), y)
        identity = functional.l1_loss(self.to_target(y), y)
        identity = identity + functional.l1_loss(self.to_source(x), x)
        total = g_loss + _CYCLE * cycle + _IDENTITY * identity
        _move(self.of_translators, total)
        _freeze(judges, False)
        if not self.reuses:
            with torch.no_grad():
                fakes = self.to_target(x), self.to_source(y)
        sides = zip(judges, (y, x), fakes, self.pools, strict=True)
        d_loss = 0.0
        for judge, real, fake, pool in sides:
            shown = _from_pool(pool, fake.detach()).to(memory_format=self.layout)
            d_loss = d_loss + (judge(real) - 1).square().mean()
            d_loss = d_loss + judge(shown).square().mean()
        _move(self.of_judges, 0.5 * d_loss)
        return total, d_loss


def _from_pool(pool, images):
    """Returns images, half of them exchanged with earlier ones once there are 50."""
    shown = []
    for image in images:
        if len(pool) < _POOL:
            pool.append(image)
        elif random.random() < 0.5:
            place = random.randrange(_POOL)
            image, pool[place] = pool[place], image
        shown.append(image)
    return torch.stack(shown)


_GAMES = {"pix2pix": Pix2Pix, "cyclegan": CycleGAN}


def same_order(case: dict, plan: dict) -> Game:
    """Builds the game that translates as often as kgan's."""
    return _GAMES[plan["recipe"]["game"]](case, plan)


def reusing(case: dict, plan: dict) -> Game:
    """Builds the game that translates a batch once."""
    return _GAMES[plan["recipe"]["game"]](case, plan, reuses=True)
