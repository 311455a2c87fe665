import keras
import pytest

from kgan.metrics import features
from kgan.metrics.features import classifiers


def test_an_extractor_is_returned():
    extractor = features.Pixels()
    assert features.get(extractor) is extractor


@pytest.mark.parametrize("name", features.names())
def test_each_name_finds_what_is_called_so(name):
    extractor = features.get(name)
    assert isinstance(extractor, features.Extractor)
    assert extractor.name == name
    assert extractor.standard == (name == "inception")


def test_names():
    known = {"inception", "inception_clean", "pixels", "points", "vgg16", "resnet50"}
    assert known <= set(features.names())
    assert set(classifiers.names()) <= set(features.names())
    # The one of Keras is another network, and is not called as that of FID.
    assert isinstance(features.get("inception"), features.Inception)
    assert isinstance(features.get("inception_v3_keras"), features.Application)
    assert features.get("inception_clean").resizer == "clean"


def test_default_depends_on_the_data(tmp_path, monkeypatch):
    monkeypatch.setattr(classifiers, "FOLDER", tmp_path)
    (tmp_path / "mnist.keras").touch()
    assert features.get(None, (2,), "ring").name == "points"
    for shape in ((24, 3), (8, 8, 8, 1), (8, 8, 13)):
        assert features.get(None, shape).name == "points"
    assert features.get(None, (28, 28, 1), "mnist", is_image=False).name == "points"
    assert features.get(None, (28, 28, 1), "mnist").name == "mnist"
    assert features.get(None, (32, 32, 3), "cifar10").name == "inception"
    assert features.get(None).name == "inception"
    # A new file is found without being listed.
    (tmp_path / "cifar10.keras").touch()
    assert features.get(None, (32, 32, 3), "cifar10").name == "cifar10"
    assert features.get("cifar10").path == tmp_path / "cifar10.keras"


def test_a_path_is_a_classifier_of_the_user(tmp_path):
    path = tmp_path / "mine.keras"
    inputs = keras.Input((4, 4, 1))
    x = keras.layers.Flatten(name="features")(inputs)
    keras.Model(inputs, keras.layers.Dense(3)(x)).save(path)
    for given in (path, str(path)):
        extractor = features.get(given)
        assert isinstance(extractor, features.Classifier)
        assert extractor.name == "mine"
        assert extractor.num_classes == 3
    with pytest.raises(ValueError, match=r"absent\.keras"):
        features.get(tmp_path / "absent.keras")


def test_unknown_names():
    with pytest.raises(
        ValueError, match=r"Did you mean 'pixels'\? `features` must be "
    ):
        features.get("pixel")
    with pytest.raises(ValueError, match="Received: '7'"):
        features.get(7)
