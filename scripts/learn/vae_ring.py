"""An explicit and an implicit model of the same points."""

import keras
import numpy as np
from learn import style, toy, vae
from learn.style import BLACK, BLUE, GREEN

import kgan

STEPS, PARTS = 3000, 60
NUM_SAMPLES = 2000
HIDDEN = (128, 128)


def best_bound() -> float:
    """Returns E log p_data on the ring in nats: no model can have more.

    The modes do not overlap, so that it is minus the entropy of choosing one of eight
    and then a Gaussian in two dimensions: −log 8 − log(2πe σ²).
    """
    return float(-np.log(8) - np.log(2 * np.pi * np.e * toy.STDDEV**2))


def make() -> tuple[np.ndarray, list[str]]:
    """Draws data, samples of a VAE and samples of a GAN; compares the two."""
    keras.utils.set_random_seed(0)
    decoder = kgan.models.mlp_generator((2,), latent_dim=2, hidden=HIDDEN)
    data = toy.batches(STEPS // PARTS)
    model = vae.train(decoder, data, HIDDEN, PARTS, STEPS // PARTS)
    means, draws = model.sample(NUM_SAMPLES)
    gan = toy.build(
        penalties=[kgan.penalties.R1(0.1)], steps_per_execution=STEPS // PARTS
    )
    gan.fit(toy.batches(STEPS // PARTS), epochs=PARTS, verbose=0)
    real = toy.ring().sample(10_000, seed=1)
    panels = {
        "data": (real[:NUM_SAMPLES], BLACK),
        "VAE: means of p(x | z)": (means, BLUE),
        "VAE: draws from p(x | z)": (draws, BLUE),
        "GAN: G(z)": (gan.generate(NUM_SAMPLES, seed=1), GREEN),
    }

    def draw(axes):
        for part, (title, (points, color)) in zip(axes[0], panels.items(), strict=True):
            toy.draw_points(part, points, color)
            part.set_title(title, fontsize=10)

    bound = model.predict(real, batch_size=1000, verbose=0).mean()
    lines = [
        f"bound of the VAE {bound:.2f} nats a point; E log p_data {best_bound():.2f}",
        f"learned stddev of p(x | z) {np.exp(float(model.log_stddev)):.3f}, of a mode "
        f"{toy.STDDEV}",
        *(f"{title}: {_places(points)}" for title, (points, _) in panels.items()),
    ]
    space = {"left": 0.01, "right": 0.99, "top": 0.87, "bottom": 0.02, "wspace": 0.04}
    return style.render(2.45, draw, columns=4, **space), lines


def _places(points):
    modes, near = toy.kept(points)
    return (
        f"{modes} modes, {1 - near:.0%} of samples between them, "
        f"stddev around a mode {toy.spread(points):.3f}"
    )
