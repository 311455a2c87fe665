import json

import keras
import numpy as np
import pytest

import kgan
from kgan import losses
from kgan.engine import config as saving
from kgan.latents import priors


@keras.saving.register_keras_serializable(package="test_saving")
class Pair(saving.ConfigByArguments, keras.Model):
    """A model with a network, an object and plain values as arguments."""

    def __init__(self, network, prior=None, steps=1, name="pair"):
        super().__init__(name=name)
        self.network = network
        self.prior = prior
        self.steps = steps
        self.built = True

    def compile(self, loss="hinge", optimizer=None, run_eagerly=False):
        self.loss_object = losses.get(loss)
        self.players_optimizer = keras.optimizers.get(optimizer or "adam")
        super().compile(optimizer=None, run_eagerly=run_eagerly)
        self.keep_compile_arguments(
            loss=self.loss_object,
            optimizer=self.players_optimizer,
            run_eagerly=run_eagerly,
        )

    def call(self, x):
        return self.network(x)


def _network():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])


def _same(first, second):
    """Compares configs; in those of networks JSON turns tuples into lists."""
    texts = [
        json.dumps({**model.get_config(), "network": model.network.get_config()})
        for model in (first, second)
    ]
    return texts[0] == texts[1]


def _pair():
    return Pair(_network(), prior=priors.Uniform(2, 0.0, 3.0), steps=4, name="two")


def test_config_is_the_arguments_in_plain_values():
    config = _pair().get_config()
    assert list(config) == ["network", "prior", "steps", "name"]
    assert (config["steps"], config["name"]) == (4, "two")
    assert config["prior"]["registered_name"] == "kgan>Uniform"
    assert config["network"]["class_name"] == "Sequential"
    assert json.loads(json.dumps(config))["prior"] == config["prior"]


def test_config_makes_the_model_again():
    model = _pair()
    restored = Pair.from_config(json.loads(json.dumps(model.get_config())))
    assert type(restored) is Pair
    assert _same(restored, model)
    assert (restored.prior.minimum, restored.prior.maximum) == (0.0, 3.0)
    assert restored.network is not model.network


class Named(Pair):
    """A user's own model, which passes on what it does not know."""

    def __init__(self, *args, color="red", **kwargs):
        super().__init__(*args, **kwargs)
        self.color = color


def test_a_subclass_that_passes_arguments_on_has_them_in_its_config():
    config = Named(_network(), steps=4, color="blue").get_config()
    assert set(config) == {"color", "network", "prior", "steps", "name"}
    restored = Named.from_config(config)
    assert (restored.color, restored.steps) == ("blue", 4)


def test_none_is_an_argument_like_others():
    config = Pair(_network()).get_config()
    assert config["prior"] is None
    assert Pair.from_config(config).prior is None


def test_compile_arguments_are_restored():
    model = _pair()
    model.compile(
        losses.Minimax(label_smoothing=0.25),
        keras.optimizers.SGD(0.5),
        run_eagerly=True,
    )
    config = json.loads(json.dumps(model.get_compile_config()))
    assert list(config) == ["loss", "optimizer", "run_eagerly"]
    restored = Pair.from_config(model.get_config())
    restored.compile_from_config(config)
    assert restored.compiled
    assert restored.loss_object.label_smoothing == 0.25
    assert type(restored.players_optimizer) is keras.optimizers.SGD
    assert float(restored.players_optimizer.learning_rate) == 0.5
    assert restored.run_eagerly is True


def test_a_saved_model_is_loaded_and_compiled(tmp_path):
    model = _pair()
    model.compile("wasserstein")
    path = tmp_path / "pair.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    assert type(loaded.loss_object) is losses.Wasserstein
    assert _same(loaded, model)
    x = keras.ops.ones((1, 2))
    assert loaded(x).numpy().tolist() == model(x).numpy().tolist()


class Strong(Pair):
    """A user's own `compile`, in words of its own."""

    def compile(self, strength=1.0, **options):
        self.strength = strength
        super().compile("minimax", **options)


class Kept(Pair):
    """One that hands over what it has made of its arguments."""

    def compile(self, loss="hinge", **options):
        super().compile(loss, **options)
        self.keep_compile_arguments(loss=self.loss_object, **options)


def test_a_compile_in_words_of_its_own_is_called_with_them():
    model = Strong(_network())
    model.compile(strength=2.0, run_eagerly=True)
    assert model.get_compile_config() == {"strength": 2.0, "run_eagerly": True}
    restored = Strong.from_config(model.get_config())
    restored.compile_from_config(json.loads(json.dumps(model.get_compile_config())))
    assert restored.strength == 2.0
    assert restored.run_eagerly is True
    assert type(restored.loss_object) is losses.Minimax
    restored.compile()
    assert restored.get_compile_config() == {"strength": 1.0}


def test_what_it_hands_over_is_kept():
    model = Kept(_network())
    model.compile("minimax", run_eagerly=True)
    config = model.get_compile_config()
    assert config["loss"]["class_name"] == "Minimax"  # not its name
    assert config["run_eagerly"] is True


class Own(priors.Prior):
    pass


def test_custom_objects_are_found():
    config = Pair(_network(), prior=Own(2)).get_config()
    restored = Pair.from_config(config, custom_objects={"Own": Own})
    assert type(restored.prior) is Own
    with pytest.raises(TypeError, match="Own"):
        Pair.from_config({**config, "prior": {**config["prior"], "module": None}})


def test_a_game_that_was_never_compiled_is_saved(tmp_path):
    gan = kgan.GAN(*kgan.models.mlp((2,), latent_dim=2))
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert not loaded.compiled
    np.testing.assert_array_equal(loaded.generate(3), gan.generate(3))


def test_a_notice_is_saved_with_the_model(tmp_path):
    pair = _pair()
    pair.notice = "The license of its maker applies."
    again = Pair.from_config(pair.get_config())
    assert again.notice == pair.notice
    assert _same(again, pair)
    assert "notice" not in _pair().get_config()
    pair.save(tmp_path / "pair.keras")
    assert keras.models.load_model(tmp_path / "pair.keras").notice == pair.notice
