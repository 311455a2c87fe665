"""TensorFlow Lite models give what the generator gives."""

import keras
import networks
import numpy as np
import pytest
import small_games
import tensorflow as tf

import kgan
from kgan import export, latents
from kgan.export import lite

FLOAT32, INT8 = "generator.float32.tflite", "generator.int8.tflite"
NARROW = {
    kgan.models.mlp: {"generator_hidden": (16,), "discriminator_hidden": (16,)},
    kgan.models.dcgan: {"width": 8},
}


@pytest.mark.parametrize("kind", ["images", "classes", "points"])
def test_models_run_in_the_interpreter(trained, served, kind, tmp_path):
    gan = trained(kind)
    differences = export.tflite(gan, tmp_path / "phone")
    assert set(differences) == {FLOAT32, INT8}
    drawn = latents.latents_at(gan.prior, latents.table(9), 0, 7).numpy()
    inputs = {"latents": drawn}
    if kind == "classes":
        inputs["labels"] = np.arange(7, dtype="int32") % 3
    (expected,) = served(kind)["serving_default"](
        **{name: tf.constant(value) for name, value in inputs.items()}
    ).values()
    exact, small = (
        lite.run((tmp_path / "phone" / name).read_bytes(), inputs)
        for name in (FLOAT32, INT8)
    )
    assert exact.dtype == np.float32
    np.testing.assert_allclose(exact, expected, atol=1e-5)
    np.testing.assert_allclose(small, expected, atol=0.1)
    assert differences[FLOAT32] < 1e-5
    assert differences[FLOAT32] <= differences[INT8] < 0.1


def test_int8_is_smaller_where_weights_are_many(tmp_path):
    gan = kgan.GAN(*kgan.models.mlp((8, 8, 1), latent_dim=64))
    gan.compile()
    differences = export.tflite(gan, tmp_path, allow_untrained=True)
    exact, small = ((tmp_path / n).stat().st_size for n in (FLOAT32, INT8))
    assert small < 0.3 * exact
    assert 0 < differences[INT8] < 0.05


def test_a_model_that_was_not_trained_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be trained"):
        export.tflite(networks.gan(), tmp_path / "phone")
    assert not (tmp_path / "phone").exists()


def test_an_operation_without_counterpart_is_refused(tmp_path):
    @keras.saving.register_keras_serializable(package="tests")
    class IncompleteGamma(keras.layers.Layer):
        def call(self, x):
            return tf.math.igamma(tf.nn.softplus(x), 1.0)

    points = keras.Input((4,))
    generator = keras.Model(points, IncompleteGamma()(keras.layers.Dense(4)(points)))
    gan = kgan.GAN(generator, kgan.models.mlp_discriminator((4,)))
    gan.compile()
    with pytest.raises(
        ValueError, match=r"cannot become TensorFlow Lite: it does not know tf\.Igamma"
    ):
        export.tflite(gan, tmp_path / "phone", allow_untrained=True)
    assert not (tmp_path / "phone").exists()


@pytest.mark.parametrize(
    ("build", "policy"),
    [(kgan.models.mlp, "mixed_float16"), (kgan.models.dcgan, "mixed_bfloat16")],
)
def test_mixed_precision_becomes_float32(build, policy, tmp_path):
    keras.config.set_dtype_policy(policy)
    gan = kgan.GAN(*build((8, 8, 1), latent_dim=4, num_classes=3, **NARROW[build]))
    keras.config.set_dtype_policy("float32")
    gan.compile()
    differences = export.tflite(gan, tmp_path, allow_untrained=True)
    # The difference is that of the precision.
    assert differences[FLOAT32] < 0.02
    inputs = {"latents": np.ones((2, 4), "float32"), "labels": np.zeros(2, "int32")}
    output = lite.run((tmp_path / FLOAT32).read_bytes(), inputs)
    assert output.dtype == np.float32
    assert output.shape == (2, 8, 8, 1)


def test_any_game_may_name_a_network(tmp_path):
    game = small_games.translator(kind=small_games.PortableTranslator)
    differences = export.tflite(game, tmp_path, allow_untrained=True)
    files = {"translator.float32.tflite", "translator.int8.tflite"}
    assert differences.keys() == {path.name for path in tmp_path.iterdir()} == files
    source = small_games.pairs(3)["source"]
    model = (tmp_path / "translator.float32.tflite").read_bytes()
    found = lite.run(model, {"images": source})
    np.testing.assert_allclose(found, game.translator(source), atol=1e-5)


def test_a_game_that_names_none_is_refused(tmp_path):
    game = small_games.translator(steps=1)
    with pytest.raises(ValueError, match=r"Received: a Translator, which names none"):
        export.tflite(game, tmp_path / "phone")
    assert not (tmp_path / "phone").exists()
