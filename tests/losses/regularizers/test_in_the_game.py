import keras
import numpy as np
import pytest

import kgan
from kgan.losses import regularizers

_TERMS = (
    {"name": "consistency", "on_fake": True},
    "drift",
    "latent_consistency",
    "lecam",
    {"name": "orthogonal", "players": ["generator", "discriminator"]},
    {"name": "weight_clipping", "limit": 0.1},
)


def _train(terms=_TERMS):
    images = np.random.default_rng(0).uniform(-1, 1, (12, 8, 8, 1)).astype("float32")
    keras.utils.set_random_seed(0)
    networks = kgan.models.mlp(
        (8, 8, 1), latent_dim=3, generator_hidden=[6], discriminator_hidden=[6]
    )
    gan = kgan.GAN(*networks)
    gan.compile(regularizers=list(terms))
    history = gan.fit(images, batch_size=4, shuffle=False, verbose=0).history
    return gan, history


def _weights(gan):
    return np.concatenate([np.ravel(weight) for weight in gan.get_weights()])


def test_all_terms_at_once():
    gan, history = _train()
    assert [term.kind for term in gan.terms] == list(regularizers.names())
    logged = {
        *("consistency", "drift", "latent_consistency", "lecam", "orthogonal"),
        *("g_latent_consistency", "g_orthogonal"),
    }
    assert logged <= history.keys()
    assert {name for name in history if "clipping" in name} == set()
    assert np.isfinite([history[name] for name in logged]).all()
    assert history["g_latent_consistency"][0] < 0 < history["latent_consistency"][0]
    assert max(np.abs(w).max() for w in gan.discriminator.get_weights()) == (
        np.float32(0.1)
    )
    lecam = gan.terms[regularizers.names().index("lecam")]
    assert float(lecam.evidence) == pytest.approx(1 - 0.99**3, rel=1e-4)


@pytest.mark.parametrize("term", _TERMS[:-1])
def test_each_term_changes_the_game(term):
    plain, _ = _train([])
    regularized, _ = _train([term])
    networks = [(g.generator, g.discriminator) for g in (plain, regularized)]
    changed = [
        not np.array_equal(_weights(a), _weights(b))
        for a, b in zip(*networks, strict=True)
    ]
    assert any(changed)


def test_replicas_play_the_game_of_one(two_replicas):
    with two_replicas.scope():
        gan, _ = _train()
    np.testing.assert_allclose(_weights(gan), _weights(_train()[0]), atol=1e-6)


def test_a_saved_game_goes_on(tmp_path):
    gan, _ = _train()
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(_weights(loaded), _weights(gan))
    kinds = [[type(term) for term in g.terms] for g in (gan, loaded)]
    assert kinds[0] == kinds[1]
    assert float(loaded.terms[3].evidence) > 0
