"""A slim model generates the same, and begins to train anew."""

import keras
import networks
import numpy as np
import pytest
import slim_model
import tensorflow as tf

import kgan
from kgan.runs import directory


def test_weights_stay_and_moments_go(tmp_path, capsys):
    gan = kgan.GAN(*kgan.models.mlp((8, 8, 1), latent_dim=4), ema_momentum=0.9)
    gan.compile()
    gan.fit(networks.images(), batch_size=8, verbose=0)
    whole, slim = tmp_path / "whole.keras", tmp_path / "f" / "slim.keras"
    gan.save(whole)
    slim_model.main([f"--model={whole}", f"--output={slim}"])
    assert slim.stat().st_size < 0.6 * whole.stat().st_size
    assert f"{slim.stat().st_size:,} bytes" in capsys.readouterr().out
    again = directory.load_model(slim)
    assert again.step == gan.step == 2
    for averaged in (True, False):
        found = again.generate(5, seed=2, averaged=averaged)
        np.testing.assert_array_equal(found, gan.generate(5, seed=2, averaged=averaged))
    optimizer = again.generator_optimizer
    assert optimizer.get_config() == gan.generator_optimizer.get_config()
    assert int(optimizer.iterations) == 0
    again.fit(networks.images(), batch_size=8, verbose=0)
    assert again.step == 4


def test_an_average_takes_the_place_of_its_network(tmp_path):
    shape = (8, 8, 1)
    game = kgan.Pix2Pix(
        kgan.models.unet(shape, width=2, depth=2),
        kgan.models.patchgan(shape, shape, width=2, depth=1),
        ema_momentum=0.5,
    )
    game.compile({"generator": "adam", "discriminator": "adam"})
    images = networks.images()
    game.fit({"source": images, "target": -images}, batch_size=8, verbose=0)
    game.save(tmp_path / "whole.keras")
    paths = f"--model={tmp_path}/whole.keras", f"--output={tmp_path}/slim.keras"
    slim_model.main([*paths, "--averaged"])
    again = directory.load_model(tmp_path / "slim.keras")
    assert (again.ema_momentum, again.step) == (None, game.step)
    sources = images[:3]
    np.testing.assert_array_equal(again.translate(sources), game.translate(sources))
    for old, new in zip(
        game.discriminator.weights, again.discriminator.weights, strict=True
    ):
        np.testing.assert_array_equal(old, new)


@pytest.fixture
def trained():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    gan = kgan.GAN(*kgan.models.mlp((8, 8, 1), latent_dim=4), ema_momentum=0.9)
    keras.config.set_dtype_policy(policy)
    gan.compile(penalties=[kgan.penalties.R1(0.1, interval=2)])
    gan.fit(networks.images(), batch_size=8, verbose=0)
    return gan


def test_networks_of_mixed_precision_compute_in_float32(trained, tmp_path):
    trained.save(tmp_path / "whole.keras")
    paths = f"--model={tmp_path}/whole.keras", f"--output={tmp_path}/slim.keras"
    slim_model.main([*paths, "--float32"])
    again = directory.load_model(tmp_path / "slim.keras")
    layers = again._flatten_layers()
    assert {layer.dtype_policy.name for layer in layers} == {"float32"}
    assert again.step == trained.step == 2
    assert again.get_compile_config() == trained.get_compile_config()
    for old, new in zip(trained.weights, again.weights, strict=True):
        np.testing.assert_array_equal(old, new)
    found = again.generate(32, seed=2)
    expected = trained.generate(32, seed=2)
    assert 0 < np.abs(found.astype(int) - expected).max() <= 8  # of 255
    again.fit(networks.images(), batch_size=8, verbose=0)


def test_rounded_weights_take_half_the_space(trained, tmp_path):
    trained.save(tmp_path / "whole.keras")
    model = f"--model={tmp_path}/whole.keras"
    slim_model.main([model, f"--output={tmp_path}/slim.keras"])
    slim_model.main([model, f"--output={tmp_path}/half.keras", "--rounded"])
    sizes = [(tmp_path / f"{name}.keras").stat().st_size for name in ("half", "slim")]
    assert sizes[0] < 0.6 * sizes[1]
    again = directory.load_model(tmp_path / "half.keras")
    for old, new in zip(trained.weights, again.weights, strict=True):
        np.testing.assert_array_equal(tf.cast(tf.cast(old, "bfloat16"), old.dtype), new)
    assert again.step == 2
