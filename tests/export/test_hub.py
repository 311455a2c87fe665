"""Models go to the Hugging Face Hub in one commit, and come back equal."""

import os
import re
import subprocess
import sys

import keras
import moves
import numpy as np
import pytest
import stand_in_hub
from huggingface_hub import constants

import kgan
from kgan.core.extras import MissingPackage
from kgan.export import hub as module

ADDRESS = "hf://ann/faces"
FILES = {"README.md", "config.json", "metadata.json", "model.weights.h5"}

# Loads the model as a user does, and by the command.
SCRIPT = """
import sys, keras, networks, numpy, kgan.cli
gan = keras.models.load_model("hf://ann/faces")
numpy.save("python.npy", gan.generate(4, seed=1))
flags = ["--model=hf://ann/faces", "--num_images=4", "--seed=1", "--output=command.npy"]
sys.exit(kgan.cli.main(["generate", *flags]))
"""


def test_a_saved_game_is_loaded_in_another_process(trained, hub, tmp_path):
    gan = trained("images")
    gan.save(ADDRESS)
    ((_, _), (files, message)) = hub.commits["ann/faces"]
    assert files.keys() == FILES
    assert message == "Push a model of kgan"
    own = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "new")}
    environment = os.environ | own | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    for name in ("python.npy", "command.npy"):
        expected = gan.generate(4, seed=1)
        np.testing.assert_array_equal(np.load(tmp_path / name), expected)


def test_a_second_push_replaces_the_first(trained, hub):
    for kind in ("images", "classes"):
        trained(kind).save(ADDRESS, license="mit", private=True)
    assert len(hub.commits["ann/faces"]) == 3
    assert hub.private == {"ann/faces"}
    loaded = keras.models.load_model(module.fetch(ADDRESS))
    assert loaded.num_classes == trained("classes").num_classes


@pytest.mark.parametrize("compiled", [True, False])
def test_a_game_that_serves_nothing_has_a_card_too(compiled, hub):
    game = moves.pursuit()
    if not compiled:
        game = type(game).from_config(game.get_config())
    game.save("hf://ann/pursuit")
    card = hub.files("ann/pursuit")["README.md"].decode()
    assert "# pursuit" in card
    assert "pipeline_tag" not in card
    assert "Import the module of" in card
    assert "generate" not in card
    again = keras.models.load_model(module.fetch("hf://ann/pursuit"))
    np.testing.assert_array_equal(game.get_weights()[0], again.get_weights()[0])


@pytest.mark.parametrize(
    "address", ["hf://faces", "hf://", "hf://a/b/c", "hf:///faces"]
)
def test_an_address_has_a_user_and_a_name(address, trained, hub):
    message = f"must be hf://USER/NAME. Received: {address}$"
    with pytest.raises(ValueError, match=message):
        trained("images").save(address)
    with pytest.raises(ValueError, match=message):
        module.fetch(address)
    assert hub.seen == []


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("hf_wrong", r"refused the token.*\(401\): HF_TOKEN"),
        ("", "wants a token.*none$"),
    ],
)
def test_without_the_right_token_nothing_is_made(
    token, message, trained, hub, monkeypatch
):
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(PermissionError, match=message):
        trained("images").save(ADDRESS)
    assert hub.commits == {}


def test_a_license_that_the_hub_does_not_know_is_found_first(trained, hub):
    message = f'refused {ADDRESS}: "license" must be one of apache-2.0'
    with pytest.raises(ValueError, match=message):
        trained("images").save(ADDRESS, license="all mine")
    assert hub.commits == {}


def test_weights_that_are_not_finite_stay_here(hub):
    gan = kgan.GAN(*kgan.models.mlp((2,), latent_dim=3))
    gan.generator.weights[0].assign(gan.generator.weights[0] * np.nan)
    with pytest.raises(ValueError, match="Weights must be finite"):
        gan.save(ADDRESS)
    assert hub.seen == []


def test_what_keras_does_not_save_is_refused(trained, hub):
    with pytest.raises(ValueError, match=r"must be a keras\.Model\. Received: a str"):
        kgan.export.push("exported", ADDRESS)
    assert hub.commits == {}


def test_no_network_is_one_sentence(trained, hub, monkeypatch):
    nowhere = "http://127.0.0.1:9"
    monkeypatch.setattr(constants, "ENDPOINT", nowhere)
    message = (
        rf"^Asking the Hub at {nowhere} for {ADDRESS} failed: ConnectError: .*refused"
    )
    with pytest.raises(ConnectionError, match=message):
        trained("images").save(ADDRESS)
    with pytest.raises(ConnectionError, match=message):
        module.fetch(ADDRESS)


def test_what_was_fetched_before_counts_without_network(trained, hub, monkeypatch):
    trained("images").save(ADDRESS)
    folder = module.fetch(ADDRESS)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    module.fetch.cache_clear()
    assert module.fetch(ADDRESS) == folder


@pytest.mark.parametrize("token", [stand_in_hub.TOKEN, "hf_wrong", ""])
def test_a_model_that_is_not_there(token, hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(
        OSError, match=f"(must have the model|token for).* {ADDRESS}"
    ) as e:
        module.fetch(ADDRESS)
    assert "\n" not in str(e.value)


def test_a_repository_without_a_keras_model(hub):
    hub.commits["ann/faces"] = [({"gan.keras": b""}, "by hand")]
    with pytest.raises(ValueError, match=f"{ADDRESS} must hold a Keras model"):
        module.fetch(ADDRESS)


def test_without_huggingface_hub(trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    message = re.escape('needs the package huggingface_hub: pip install "kgan[hub]"')
    with pytest.raises(MissingPackage, match=message):
        trained("images").save(ADDRESS)
    with pytest.raises(MissingPackage, match=message):
        module.fetch(ADDRESS)
