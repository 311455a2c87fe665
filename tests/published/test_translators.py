import keras
import numpy as np
import published_translators as theirs
import pytest

import kgan
from kgan import models
from kgan.published.translators import load_translator

CASES = {
    "U-Net": theirs.UNet(width=2, depth=4),
    "U-Net, batch": theirs.UNet("batch", 2, (1, 3), depth=4),
    "ResNet": theirs.ResNet(),
    "ResNet, batch": theirs.ResNet("batch", 3, blocks=1, dropout=True),
    "CUT": theirs.ResNet(antialiased=True),
}
REFUSED = "`path` must be the weights of a U-Net or a residual.*Received: .*"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "latest_net_G.pth"


def drawn(case):
    shape = (2, case.channels[0], 16, 16)
    return np.random.default_rng(3).uniform(-1, 1, shape)


def translated(network, images):
    return np.asarray(network(images.transpose(0, 2, 3, 1))).transpose(0, 3, 1, 2)


@pytest.mark.parametrize("name", CASES)
def test_it_computes_what_the_published_network_does(name, path):
    case, images = CASES[name], drawn(CASES[name])
    tensors = case.tensors()
    path.write_bytes(theirs.written(tensors, old="batch" in name, prefix="module."))
    for moving in (False, True):
        network = load_translator(
            path,
            (16, 16) if moving else None,
            test_statistics="moving" if moving else "image",
        )
        expected = [case(tensors, image, moving) for image in images]
        assert np.std(expected) > 0.1
        np.testing.assert_allclose(translated(network, images), expected, atol=1e-4)


def test_a_residual_one_has_features_and_is_saved(path, tmp_path, capsys):
    path.write_bytes(theirs.written(CASES["CUT"].tensors()))
    network = load_translator(path)
    printed = capsys.readouterr().out
    assert printed.startswith("The weights come from latest_net_G.pth, a published")
    assert "license of its maker" in printed
    assert type(network) is models.ResNetTranslator
    images = np.float32(drawn(CASES["CUT"])).transpose(0, 2, 3, 1)
    assert [x.shape[-1] for x in network.features(images)] == [3, 4, 8, 8, 8]
    network.save(tmp_path / "g.keras")
    loaded = keras.models.load_model(tmp_path / "g.keras")
    np.testing.assert_array_equal(loaded(images), network(images))


def test_dropout_at_test_time_is_a_choice(path):
    case = CASES["ResNet, batch"]
    path.write_bytes(theirs.written(case.tensors()))
    images = drawn(case)
    plain, dropping = (
        translated(load_translator(path, dropout_at_test=choice), images)
        for choice in (False, True)
    )
    assert np.abs(plain - dropping).max() > 0.01


def test_the_public_name():
    assert kgan.models.load_translator is load_translator


def discriminator():
    return {"model.0.weight": np.ones((2, 6, 4, 4)), "model.0.bias": np.ones(2)}


def without(name):
    return {n: v for n, v in CASES["U-Net"].tensors().items() if n != name}


OTHERS = {
    "such as a discriminator: model.0.bias, model.0.weight": discriminator(),
    "there is no model.model.1.model.5.weight of": without(
        "model.model.1.model.5.weight"
    ),
    "there is model.9.weight": CASES["U-Net"].tensors()
    | {"model.9.weight": np.ones(1)},
    # A width that no other tensor has is refused before a network of it is built.
    "of another architecture": CASES["U-Net"].tensors()
    | {"model.model.0.weight": np.ones((10**5, 1, 1, 1))},
}


@pytest.mark.parametrize("reason", OTHERS)
def test_other_weights_are_refused_by_what_they_are(path, reason):
    path.write_bytes(theirs.written(OTHERS[reason]))
    with pytest.raises(ValueError, match=REFUSED + reason.replace(".", r"\.")) as error:
        load_translator(path)
    assert "\n" not in str(error.value)


def test_other_files_are_refused_by_what_they_are(path, tmp_path):
    for data, reason in ((b"", "an empty file"), (b"PK\x03\x04..", "a damaged ZIP")):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=REFUSED + reason):
            load_translator(path)
    with pytest.raises(ValueError, match=REFUSED + "a folder"):
        load_translator(tmp_path)
    with pytest.raises(FileNotFoundError):
        load_translator(tmp_path / "none.pth")


@pytest.mark.parametrize("size", [16, (16,), (16, 16, 3)])
def test_other_sizes_are_refused(path, size):
    with pytest.raises(ValueError, match=r"`size` must be .height, width. or None"):
        load_translator(path, size)
    with pytest.raises(ValueError, match="`size` must be a positive integer"):
        load_translator(path, (16, 0))
