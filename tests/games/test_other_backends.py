"""Where Keras computes with another backend, a game is loaded to generate."""

import keras
import networks
import numpy as np
import pytest

import kgan

MESSAGE = r"needs TensorFlow as Keras' backend: set KERAS_BACKEND=tensorflow before"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("game") / "gan.keras"
    networks.gan().save(path)
    return path


@pytest.fixture
def elsewhere(monkeypatch):
    """kgan sees another backend; Keras itself still computes with TensorFlow."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")


@pytest.fixture
def loaded(file, elsewhere):
    return keras.models.load_model(file)


def test_it_generates(file, monkeypatch):
    expected = keras.models.load_model(file).generate(4, seed=1)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    loaded = keras.models.load_model(file)
    np.testing.assert_array_equal(loaded.generate(4, seed=1), expected)
    latents = np.zeros((2, networks.LATENT_DIM), "float32")
    images = loaded.predict(latents, verbose=0)
    np.testing.assert_allclose(images, loaded(latents), atol=1e-6)
    assert loaded.metrics == []


@pytest.mark.parametrize(
    "use",
    [
        lambda gan, path: gan.compile(),
        lambda gan, path: gan.fit(networks.images(), verbose=0),
        lambda gan, path: gan.evaluate(networks.images(), verbose=0),
        lambda gan, path: gan.discriminate(networks.images()),
        lambda gan, path: gan.export(path),
        lambda gan, path: gan.save(path / "gan.keras"),
    ],
    ids=["compile", "fit", "evaluate", "discriminate", "export", "save"],
)
def test_all_else_is_refused_in_a_sentence(use, loaded, tmp_path):
    with pytest.raises(ValueError, match=MESSAGE):
        use(loaded, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_new_game_generates_and_is_not_compiled(elsewhere):
    gan = kgan.GAN(networks.generator(), networks.discriminator())
    assert gan.generate(2).shape == (2, *networks.IMAGE_SHAPE)
    with pytest.raises(ValueError, match=rf"^Training {MESSAGE}.*Received: jax"):
        gan.compile()
