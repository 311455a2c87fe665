"""BiGAN: its losses in NumPy, its contract, what it refuses."""

import contract
import numpy as np
import pytest
import tensorflow as tf
from contract import Case, Contract, network

import kgan

LATENT_DIM, SHAPE = 3, (4, 4, 1)
LATENTS = (LATENT_DIM,)


def bigan(random=False, **options):
    dropout = 0.3 if random else 0.0
    return kgan.BiGAN(
        network([LATENTS], SHAPE, dropout),
        network([SHAPE], LATENTS, dropout),
        network([SHAPE, LATENTS], (1,), dropout),
        **options,
    )


class TestContract(Contract):
    case = Case(
        bigan,
        contract.images,
        optimizer=contract.adam,
        columns=("samples 0", "samples 1", "real", "G(E(x))"),
        endpoints=(
            *("serving_default", "generate", "generate_png", "interpolate"),
            "encode",
        ),
    )


def softplus(x):
    return np.mean(np.logaddexp(0.0, np.asarray(x, "float64")))


def test_losses():
    game = bigan()
    game.compile(dict.fromkeys(game.players, "sgd"))
    real = contract.images(5)
    latents = np.random.default_rng(1).normal(size=(5, LATENT_DIM)).astype("float32")
    batch = {"real": tf.constant(real), "latents": tf.constant(latents)}
    real, latents = batch.values()
    encoded = game.discriminator([real, game.encoder(real)])
    generated = game.discriminator([game.generator(latents), latents])
    (d, d_logs), (g, g_logs) = (
        move.loss(contract.networks_of(game), batch) for move in game.moves()
    )
    d_loss = softplus(-encoded) + softplus(generated)
    np.testing.assert_allclose([d, d_logs["d_loss"]], d_loss, rtol=1e-5)
    g_loss = softplus(-generated) + softplus(encoded)
    np.testing.assert_allclose([g, g_logs["g_loss"]], g_loss, rtol=1e-5)


def test_latents_are_those_of_the_prior():
    game = bigan(prior=kgan.priors.Uniform(LATENT_DIM))
    drawn = game.latents(1000, kgan.seeds.root(3))["latents"].numpy()
    assert drawn.shape == (1000, LATENT_DIM)
    assert np.abs(drawn).max() <= 1.0
    assert drawn.std() == pytest.approx(1 / np.sqrt(3), abs=0.02)


def test_published_networks(tmp_path, bare_process):
    game = kgan.BiGAN(*kgan.models.bigan((6, 6, 1), latent_dim=3, hidden=(8, 8)))
    data = contract.images(8, (6, 6, 1))
    contract.check_own_networks(game, data, tmp_path, bare_process, "encode")


def of(generator=None, encoder=None, judge=None, **options):
    return kgan.BiGAN(
        generator or network([LATENTS], SHAPE),
        encoder or network([SHAPE], LATENTS),
        judge or network([SHAPE, LATENTS], (1,)),
        **options,
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: of(encoder=network([SHAPE], (4,))),
         r"`encoder` must return the 3 components of a latent\. .*\(None, 4\)$"),
        (lambda: of(encoder=network([(4, 4, 3)], LATENTS)),
         r"`encoder` must take data of shape \(4, 4, 1\)\. Received: .*\(4, 4, 3\)$"),
        (lambda: of(judge=network([SHAPE, (4,)], (1,))),
         r"`discriminator` must take data .* and latents of shape \(3,\)\."),
        (lambda: of(judge=network([SHAPE], (1,))), "`discriminator` must take data"),
        (lambda: of(network([LATENTS], SHAPE, classes=2)), "`generator` must take lat"),
        (lambda: of(prior=kgan.priors.Normal(4)), "`prior` must draw the 3 components"),
    ],
)  # fmt: skip
def test_networks_that_do_not_fit_are_refused(make, message):
    with pytest.raises(ValueError, match=message) as error:
        make()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("data", "labels", "message"),
    [
        (contract.images(8), np.zeros(8), r"fields real\. Received: real\[0\], real"),
        (contract.images(8, (4, 4, 3)), None, r"of shape \(4, 4, 1\)"),
        (contract.images(8).astype("int32"), None, "must be float32. Received: int32"),
        (3 * contract.images(8), None, r"must lie in \[-1, 1\]"),
    ],
)
def test_other_data_are_refused(data, labels, message):
    game = bigan()
    game.compile(dict.fromkeys(game.players, "sgd"), run_eagerly=True)
    with pytest.raises(ValueError, match=message):
        game.fit(data, labels, batch_size=4, verbose=0)
    assert game.step == 0
