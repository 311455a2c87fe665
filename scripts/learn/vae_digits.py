"""An explicit and an implicit model of the same digits."""

import keras
import numpy as np
from learn import style, vae

import kgan

# The bound on held-out digits is highest after some 1,000 steps: then it overfits.
VAE_STEPS, GAN_STEPS, PART = 1000, 4000, 100
HIDDEN, LATENT_DIM = (256, 256), 16
TRAINED_ON = 1500
COLUMNS, ROWS = 14, 2


def contrast(images: np.ndarray) -> float:
    """Returns the mean difference of neighbouring pixels in a row or a column.

    Blur lowers it. In [0, 1], for uint8 images of shape `(n, height, width, 1)`.
    """
    pixels = images.astype(np.float64) / 255
    steps = [np.abs(np.diff(pixels, axis=axis)).mean() for axis in (1, 2)]
    return float(np.mean(steps))


def train(images: np.ndarray) -> tuple[vae.VAE, kgan.GAN]:
    """Trains both on the same images, with the same generator.

    Args:
        images: uint8 of shape `(n, 8, 8, 1)`.
    """
    data = batches(images)
    keras.utils.set_random_seed(0)
    shape = images.shape[1:]
    decoder = kgan.models.mlp_generator(shape, LATENT_DIM, HIDDEN)
    model = vae.train(decoder, data, HIDDEN, VAE_STEPS // PART, PART)
    keras.utils.set_random_seed(0)
    gan = kgan.GAN(
        kgan.models.mlp_generator(shape, LATENT_DIM, HIDDEN),
        kgan.models.mlp_discriminator(shape, HIDDEN),
    )
    gan.compile(
        keras.optimizers.Adam(1e-3, beta_1=0.5),
        keras.optimizers.Adam(1e-3, beta_1=0.5),
        penalties=[kgan.penalties.R1(1.0)],
        steps_per_execution=PART,
    )
    gan.fit(data, epochs=GAN_STEPS // PART, verbose=0)
    return model, gan


def batches(images: np.ndarray):
    """Returns the `tf.data.Dataset` of `PART` steps."""
    return kgan.data.load(images, batch_size=64, steps_per_epoch=PART)


def bounds(model: vae.VAE, images: np.ndarray) -> str:
    """Prints the bound on held-out digits, now and after as many steps more."""
    held_out = images[TRAINED_ON:].astype(np.float32) / 127.5 - 1
    bound = model.predict(held_out, verbose=0).mean()
    data = batches(images[:TRAINED_ON])
    model.fit(data, epochs=VAE_STEPS // PART, shuffle=False, verbose=0)
    later = model.predict(held_out, verbose=0).mean()
    return (
        f"bound of the VAE on {len(held_out)} held-out digits: {bound:.1f} nats an "
        f"image, {later:.1f} after {VAE_STEPS} steps more; of the GAN: none"
    )


def make() -> tuple[np.ndarray, list[str]]:
    """Draws digits, samples of a VAE and samples of a GAN."""
    images = kgan.data.source("digits").read()
    model, gan = train(images[:TRAINED_ON])
    means, draws = model.sample(1000)
    rows = {
        "real": images,
        "VAE:\nmean of\np(x | z)": _pixels(means),
        "VAE:\na draw from\np(x | z)": _pixels(draws),
        "GAN:\nG(z)": gan.generate(1000, seed=1),
    }
    lines = [
        f"{' '.join(title.split())}: contrast {contrast(samples):.3f}"
        for title, samples in rows.items()
    ]
    space = {"left": 0.115, "right": 0.995, "top": 0.99, "bottom": 0.01, "hspace": 0.08}
    picture = style.render(4.55, lambda axes: _draw(axes, rows), rows=4, **space)
    return picture, [*lines, bounds(model, images)]


def _draw(axes, rows):
    for part, (title, samples) in zip(axes[:, 0], rows.items(), strict=True):
        shown = kgan.callbacks.grid(samples[: ROWS * COLUMNS], ROWS, COLUMNS)
        part.imshow(shown, cmap="gray", vmin=0, vmax=255)
        part.set_axis_off()
        part.text(
            *(-0.015, 0.5, title), ha="right", va="center", transform=part.transAxes
        )


def _pixels(samples):
    return np.round((np.clip(samples, -1, 1) + 1) * 127.5).astype(np.uint8)
