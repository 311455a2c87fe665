"""The same step in PyTorch. This process loads no TensorFlow."""

import itertools
import time
import types

import torch
from benchmarking import torch_layers
from torch.nn import functional

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def _cross_entropy(real, fake):
    return functional.softplus(-real) + functional.softplus(fake)


# By name: D's and G's loss of (real logits, fake logits), per example.
LOSSES = {
    "minimax": (_cross_entropy, lambda real, fake: -functional.softplus(fake)),
    "non_saturating": (_cross_entropy, lambda real, fake: functional.softplus(-fake)),
    "relativistic_pairing": (
        lambda real, fake: functional.softplus(fake - real),
        lambda real, fake: functional.softplus(real - fake),
    ),
}


def play(step, blocks) -> None:
    """Plays blocks of a step, which returns losses, until there is none left."""
    while steps := blocks.wait():
        begin = time.perf_counter()
        for _ in range(steps):
            losses = step()
        for loss in losses:
            loss.item()
        if DEVICE == "cuda":
            torch.cuda.synchronize()
        blocks.report(time.perf_counter() - begin)


class Twin:
    """One recipe's game in PyTorch.

    Compiled, both losses are one graph each, R1 with them: `torch.func.grad` makes the
    gradient at the input a part of the graph, which is differentiated once more.

    Args:
        case: The fields of a `cases.Case`.
        plan: The fields of a `cases.Plan`.
    """

    def __init__(self, case: dict, plan: dict):
        if case["threads"]:
            torch.set_num_threads(case["threads"])
        torch.manual_seed(0)
        self.recipe = types.SimpleNamespace(**plan["recipe"])
        self.relativistic = self.recipe.loss.startswith("relativistic")
        self.bfloat16 = case["precision"] == "bfloat16"
        self.penalty = next(iter(self.recipe.penalties), None)
        self.interval = plan["period"]
        layout = torch.channels_last if case["channels_last"] else None
        self._make_networks(plan, layout)
        self.real = self._batch(plan["shape"], layout)
        self.played = 0
        self.of_losses = self._discriminator_losses, self._generator_loss
        if case["compiled"]:
            self.of_losses = tuple(map(torch.compile, self.of_losses))

    def _make_networks(self, plan, layout):
        self.generator, self.discriminator, self.average = (
            torch_layers.build(plan[name])
            .to(DEVICE, memory_format=layout or torch.preserve_format)
            .train()
            for name in ("generator", "discriminator", "generator")
        )
        self.average.load_state_dict(self.generator.state_dict())
        recipe = self.recipe
        self.of_generator, self.of_discriminator = (
            torch.optim.Adam(
                network.parameters(),
                lr=rate,
                betas=(recipe.beta_1, recipe.beta_2),
                eps=1e-7,
                fused=True,
            )
            for network, rate in (
                (self.generator, recipe.generator_learning_rate),
                (self.discriminator, recipe.discriminator_learning_rate),
            )
        )

    def _batch(self, shape, layout):
        *size, channels = shape
        real = torch.rand(self.recipe.batch_size, channels, *size, device=DEVICE)
        real = real * 2 - 1
        return real.to(memory_format=layout) if layout else real

    def serve(self, blocks) -> None:
        """Plays blocks of steps until there is none left."""
        play(self.step, blocks)

    def step(self) -> tuple:
        """Plays one round of the game; returns both losses."""
        penalized = self.penalty is not None and self.played % self.interval == 0
        for _ in range(self.recipe.discriminator_steps):
            loss = self._move_discriminator(penalized)
        for _ in range(self.recipe.generator_steps):
            g_loss = self._move_generator()
        self._move_average()
        self.played += 1
        return loss, g_loss

    def _move_discriminator(self, penalized):
        with torch.no_grad(), self._autocast():
            fake = self.generator(self._latents())
        loss, total = self.of_losses[0](self.real, fake, penalized)
        self.of_discriminator.zero_grad(set_to_none=True)
        total.backward()
        self.of_discriminator.step()
        return loss

    def _move_generator(self):
        # No gradient is computed for weights that this update does not move.
        self.discriminator.requires_grad_(False)
        loss = self.of_losses[1](self.real, self._latents())
        self.of_generator.zero_grad(set_to_none=True)
        loss.backward()
        self.of_generator.step()
        self.discriminator.requires_grad_(True)
        return loss

    def _discriminator_losses(self, real, fake, penalized):
        fake_logits = self._judge(fake)
        if penalized:
            real_logits, gradient = self._judge_with_gradient(real)
            strength = self.penalty["weight"] * self.interval
            squares = gradient.float().square().flatten(1).sum(1)
            penalty = 0.5 * strength * squares.mean()
        else:
            real_logits, penalty = self._judge(real), 0.0
        loss = LOSSES[self.recipe.loss][0](real_logits, fake_logits).mean()
        return loss, loss + penalty

    def _judge(self, data):
        with self._autocast():
            return self.discriminator(data).float()

    def _judge_with_gradient(self, real):
        if not torch.compiler.is_compiling():
            real = real.detach().requires_grad_(True)
            logits = self._judge(real)
            gradient = torch.autograd.grad(logits.sum(), real, create_graph=True)[0]
            return logits, gradient

        def total(real):
            logits = self._judge(real)
            return logits.sum(), logits

        gradient, logits = torch.func.grad(total, has_aux=True)(real)
        return logits, gradient

    def _generator_loss(self, real, latents):
        with self._autocast():
            fake = self.generator(latents)
        fake_logits = self._judge(fake)
        real_logits = self._judge(real) if self.relativistic else None
        return LOSSES[self.recipe.loss][1](real_logits, fake_logits).mean()

    def _latents(self):
        shape = (self.recipe.batch_size, self.recipe.latent_dim)
        if self.recipe.prior == "uniform":
            return torch.rand(shape, device=DEVICE) * 2 - 1
        return torch.randn(shape, device=DEVICE)

    def _autocast(self):
        return torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=self.bfloat16)

    @torch.no_grad()
    def _move_average(self):
        average, generator = map(_floats, (self.average, self.generator))
        torch._foreach_lerp_(average, generator, 1 - self.recipe.ema_momentum)


def _floats(network):
    tensors = itertools.chain(network.parameters(), network.buffers())
    return [tensor for tensor in tensors if tensor.is_floating_point()]
