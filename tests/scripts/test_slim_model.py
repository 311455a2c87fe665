"""A slim model generates the same, and begins to train anew."""

import networks
import numpy as np
import slim_model

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
