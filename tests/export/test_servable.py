"""A version runs where there is neither kgan nor Keras, and in other runtimes."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import textwrap

import keras
import networks
import numpy as np
import pytest
import small_games
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

import kgan
from kgan import latents
from kgan.export import versions, warmup


def process(*arguments, **options):
    return subprocess.run(
        arguments, capture_output=True, text=True, check=True, **options
    ).stdout


def test_what_a_version_holds(folder):
    path = folder("images")
    assert path.name == "1"
    files = {str(p.relative_to(path)) for p in path.rglob("*") if p.is_file()}
    assert {
        "saved_model.pb",
        "variables/variables.index",
        warmup.PATH,
        "batching_params.pbtxt",
        "README.md",
        versions.MANIFEST,
    } <= files
    assert [p.name for p in path.parent.iterdir()] == ["1"]
    names = re.findall(r"  (.+)", (path / versions.MANIFEST).read_text())
    assert set(names) == files - {versions.MANIFEST}


def test_each_variable_is_written_once(folder, trained):
    written = tf.train.list_variables(str(folder("images") / "variables/variables"))
    sizes = [int(np.prod(shape)) for name, shape in written if "VALUE" in name]
    gan = trained("images")
    networks_ = (gan.ema_generator, gan.discriminator)
    assert sum(sizes) == sum(
        v.value.shape.num_elements() for n in networks_ for v in n.variables
    )


def test_a_process_with_tensorflow_alone_runs_every_signature(
    folder, trained, tmp_path
):
    gan = trained("classes")
    script = """
        import sys
        sys.modules["keras"] = sys.modules["kgan"] = None  # neither can be imported
        import numpy as np
        import tensorflow as tf
        served = tf.saved_model.load(sys.argv[1]).signatures
        one = {"labels": tf.constant(-1), "truncation": tf.constant(0.5)}
        long = lambda value: tf.constant(value, tf.int64)
        results = {
            **served["generate"](num_images=tf.constant(5), seed=long(7), **one),
            **served["generate_png"](num_images=tf.constant(5), seed=long(7), **one),
            "walk": served["interpolate"](
                steps=tf.constant(4), first_seed=long(1), second_seed=long(2), **one
            )["images"],
            "default": served["serving_default"](
                latents=tf.ones((2, 5)), labels=tf.constant([0, 2])
            )["images"],
        }
        results |= served["discriminate"](
            images=results["images"], labels=tf.constant([0, 1, 2, 0, 1])
        )
        assert len(served) == 5
        np.savez(sys.argv[2], **{k: v.numpy() for k, v in results.items()})
    """
    file = tmp_path / "results.npz"
    process(sys.executable, "-c", textwrap.dedent(script), folder("classes"), file)
    with np.load(file, allow_pickle=True) as results:
        images = gan.generate(5, seed=7, truncation=0.5)
        np.testing.assert_array_equal(results["images"], images)
        walk = gan.interpolate(1, 2, 4, truncation=0.5)
        np.testing.assert_array_equal(results["walk"], walk)
        labels = tf.constant([0, 2])
        expected = (gan([tf.ones((2, 5)), labels]) + 1) / 2
        np.testing.assert_allclose(results["default"], expected, atol=1e-6)
        opinion = gan.discriminate(images, np.arange(5) % 3)
        np.testing.assert_allclose(results["probability"], opinion, atol=1e-6)
        assert [file[1:4] for file in results["image_bytes"]] == [b"PNG"] * 5


def test_saved_model_cli_shows_and_runs_it(folder, trained, tmp_path):
    cli = [sys.executable, "-m", "tensorflow.python.tools.saved_model_cli"]
    shown = process(*cli, "show", "--dir", folder("images"), "--all")
    for name in ("serving_default", "generate", "generate_png", "interpolate"):
        assert f"signature_def['{name}']" in shown
    process(
        *(*cli, "run", "--dir", folder("images"), "--tag_set", "serve"),
        *("--signature_def", "generate", "--outdir", tmp_path),
        *("--input_exprs", "num_images=3;seed=7;truncation=1.0"),
    )
    images = np.load(tmp_path / "images.npy")
    np.testing.assert_array_equal(images, trained("images").generate(3, seed=7))


@pytest.mark.parametrize("kind", ["images", "classes", "points"])
def test_openvino_reads_it_and_gives_the_same(folder, served, trained, kind):
    openvino = pytest.importorskip("openvino", reason="OpenVINO is not installed")
    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    model = core.compile_model(core.read_model(folder(kind)), "CPU", exact)
    gan = trained(kind)
    drawn = latents.latents_at(gan.prior, latents.table(1), 0, 6).numpy()
    inputs = {"latents": drawn}
    if kind == "classes":
        inputs["labels"] = np.arange(6, dtype="int32") % 3
    (output,) = model(inputs).values()
    (expected,) = served(kind)["serving_default"](
        **{name: tf.constant(value) for name, value in inputs.items()}
    ).values()
    np.testing.assert_allclose(output, expected, atol=1e-4)


def test_a_server_that_checks_no_shapes_is_told_of_wrong_ones(folder, tmp_path):
    # TensorFlow Serving feeds tensors by name; Python would look at their shapes first,
    # so it is not told of them here.
    path = shutil.copytree(folder("images"), tmp_path / "1")
    model = read_model(path)
    (graph,) = model.meta_graphs
    for node in graph.graph_def.node:
        if node.op == "Placeholder":
            node.attr["shape"].shape.Clear()
            node.attr["shape"].shape.unknown_rank = True
            del node.attr["_output_shapes"]
    (path / "saved_model.pb").write_bytes(model.SerializeToString())
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(path))
        signature = loaded.signature_def["serving_default"]
        feed = {signature.inputs["latents"].name: np.zeros((2, 3), "float32")}
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"\[2,3\] is not comp"
        ):
            session.run(signature.outputs["images"].name, feed)


def read_model(path):
    content = (path / "saved_model.pb").read_bytes()
    return saved_model_pb2.SavedModel.FromString(content)


def test_defaults_stand_in_the_signatures(folder):
    (graph,) = read_model(folder("classes")).meta_graphs
    for name in ("generate", "generate_png", "interpolate"):
        defaults = {
            key: tf.make_ndarray(value).tolist()
            for key, value in graph.signature_def[name].defaults.items()
        }
        assert defaults == {"labels": [-1], "truncation": [1.0]}


def test_training_goes_on_and_the_next_version_stands_beside_the_first(tmp_path):
    gan = networks.gan()
    gan.fit(networks.images(), batch_size=8, verbose=0)
    first = gan.export(tmp_path / "m")
    before = gan.generate(3)
    gan.fit(networks.images(seed=1), batch_size=8, epochs=3, verbose=0)
    second = gan.export(tmp_path / "m")
    assert (first.name, second.name) == ("1", "2")
    inputs = {
        "num_images": tf.constant(3),
        "seed": tf.constant(0, tf.int64),
        "truncation": tf.constant(1.0),
    }
    for path, images in ((first, before), (second, gan.generate(3))):
        served = tf.saved_model.load(path).signatures["generate"]
        np.testing.assert_array_equal(served(**inputs)["images"], images)
    assert (before != gan.generate(3)).any()


def test_what_is_no_gan_is_refused(tmp_path):
    foreign = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    foreign.compile(loss="mse")
    with pytest.raises(
        ValueError, match=r"`game` must be a game, as kgan.GAN. Received: a Seq"
    ):
        kgan.export.saved_model(foreign, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


@keras.saving.register_keras_serializable(package="tests")
class Subclassed(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(16, activation="tanh")
        self.dropout = kgan.layers.Dropout(0.5)

    def call(self, x, training=False):
        x = self.dropout(self.dense(x), training=training)
        return keras.ops.reshape(x, (-1, 4, 2, 2))

    def get_config(self):
        return super().get_config()


def test_a_subclassed_generator_of_two_channels(tmp_path):
    discriminator = kgan.models.mlp_discriminator((4, 2, 2))
    gan = kgan.GAN(Subclassed(), discriminator, kgan.priors.TruncatedNormal(3))
    gan.compile()
    path = gan.export(tmp_path / "m", allow_untrained=True)
    served = tf.saved_model.load(path).signatures
    asked = {
        "num_images": tf.constant(5),
        "seed": tf.constant(7, tf.int64),
        "truncation": tf.constant(0.6),
    }
    images = gan.generate(5, seed=7, truncation=0.6)
    np.testing.assert_array_equal(served["generate"](**asked)["images"], images)
    files = served["generate_png"](**asked)["image_bytes"]
    np.testing.assert_array_equal(tf.io.decode_png(files[0]), images[0])


def test_a_killed_export_leaves_no_version(folder, tmp_path):
    script = """
        import os, signal, sys
        from kgan.cli import main
        from kgan.export import card
        written = card.text

        def last(*arguments):  # all but the card is written
            os.kill(os.getpid(), signal.SIGKILL)

        card.text = last
        sys.exit(main(["export", *sys.argv[1:]]))
    """
    networks.gan(compiled={"penalties": []}).save(tmp_path / "gan.keras")
    gan = keras.models.load_model(tmp_path / "gan.keras")
    gan.fit(networks.images(), batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    command = [sys.executable, "-c", "import networks\n" + textwrap.dedent(script)]
    arguments = [f"--model={tmp_path}/gan.keras", f"--output={tmp_path}/m"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(pathlib.Path(networks.__file__).parent),
    }
    killed = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL
    assert versions.existing(tmp_path / "m") == []
    (half,) = (tmp_path / "m").iterdir()
    assert (half / "saved_model.pb").exists()
    assert gan.export(tmp_path / "m") == tmp_path / "m" / "1"
    assert not half.exists()


def test_the_raw_generator_is_served_if_it_is_wanted(trained, tmp_path):
    gan = trained("images")
    path = gan.export(tmp_path / "m", averaged=False)
    served = tf.saved_model.load(path).signatures["serving_default"]
    drawn = tf.ones((2, 5))
    expected = (gan.generator(drawn, training=False) + 1) / 2
    np.testing.assert_allclose(served(latents=drawn)["images"], expected, atol=1e-6)


def test_a_generator_in_mixed_precision_serves_float32(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    gan = networks.gan()
    keras.config.set_dtype_policy("float32")
    path = gan.export(tmp_path / "m", allow_untrained=True)
    signatures = tf.saved_model.load(path).signatures
    drawn = tf.ones((2, 5))
    images = signatures["serving_default"](latents=drawn)["images"]
    assert images.dtype == tf.float32
    np.testing.assert_allclose(images, (gan(drawn) + 1) / 2, atol=1e-6)


def test_a_model_on_two_replicas_is_exported_as_one(two_replicas, tmp_path):
    with two_replicas.scope():
        gan = networks.gan()
    gan.fit(networks.images(), batch_size=8, verbose=0)
    path = gan.export(tmp_path / "m")
    served = tf.saved_model.load(path).signatures["serving_default"]
    drawn = tf.ones((2, 5))
    expected = (gan.ema_generator(drawn, training=False) + 1) / 2
    np.testing.assert_allclose(served(latents=drawn)["images"], expected, atol=1e-6)


def uncompiled():
    return kgan.GAN(networks.generator(), networks.discriminator())


def diverged():
    gan = networks.gan()
    gan.ema_generator.set_weights([w * np.nan for w in gan.ema_generator.get_weights()])
    return gan


def with_a_failed_discriminator():
    gan = networks.gan()
    gan.discriminator.set_weights([w * np.nan for w in gan.discriminator.get_weights()])
    return gan


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (
            with_a_failed_discriminator,
            {"allow_untrained": True, "discriminator": True},
            "Weights must be finite.*NaN",
        ),
        (networks.gan, {"allow_untrained": True, "max_images": 2**31}, "at most 1,000"),
        (uncompiled, {}, "must be compiled before it is exported"),
        (networks.gan, {}, "must be trained before it is exported"),
        (diverged, {"allow_untrained": True}, "Weights must be finite.*NaN"),
        (networks.gan, {"allow_untrained": True, "max_images": 1}, "`max_images`"),
        (networks.gan, {"allow_untrained": True, "version": 0}, "`version`"),
    ],
)
def test_what_must_not_be_served_is_refused_and_nothing_written(
    tmp_path, make, options, message
):
    with pytest.raises(ValueError, match=message):
        make().export(tmp_path / "m", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_version_that_exists_is_refused_before_anything_is_written(folder, trained):
    root = folder("images").parent
    with pytest.raises(FileExistsError, match="`version` must be new"):
        trained("images").export(root, version=1)
    assert [p.name for p in root.iterdir()] == ["1"]


def test_the_card_has_the_models_name(folder):
    card = (folder("classes") / "README.md").read_text("utf-8")
    assert "\n# classes\n" in card
    assert json.loads(re.findall(r"curl -d '(.*)'", card)[0])


# === A game that is no GAN ===


def test_a_translator_is_exported_with_its_one_endpoint(tmp_path):
    game = small_games.translator(steps=3)
    path = kgan.export.saved_model(game, tmp_path / "m")
    assert path == tmp_path / "m" / "1"
    process("sha256sum", "--check", "--quiet", versions.MANIFEST, cwd=path)
    served = tf.saved_model.load(path).signatures
    assert list(served) == ["translate"]
    source = small_games.pairs()["source"]
    found = served["translate"](images=tf.constant(source))["translations"]
    np.testing.assert_allclose(found, game.translator(source), atol=1e-6)
    written = tf.train.list_variables(str(path / "variables/variables"))
    sizes = [np.prod(shape) for name, shape in written if "VALUE" in name]
    assert sum(sizes) == game.translator.count_params()  # and nothing of the judge


def test_the_card_of_a_translator(tmp_path):
    path = kgan.export.saved_model(small_games.translator(steps=3), tmp_path / "m")
    card = (path / "README.md").read_text("utf-8")
    for line in (
        "A Translator, trained as a game of judge and translator. It runs in",
        "| training | 3 rounds of the game |",
        "| judge | 49 parameters |",
        "| `translate` | `images` float32 (batch, 4, 4, 1), in [-1, 1] | "
        "`translations` float32 (batch, 4, 4, 3), in [-1, 1] |",
        "curl http://localhost:8501/v1/models/m/metadata",
    ):
        assert line in card
    for word in ("latent", "seed", "generat"):
        assert word not in card.replace("generative-adversarial-network", "")


@pytest.mark.parametrize("steps", [None, 0])
def test_a_translator_that_is_not_ready_is_refused(steps, tmp_path):
    game = small_games.Translator() if steps is None else small_games.translator()
    done = "compiled" if steps is None else "trained"
    with pytest.raises(ValueError, match=f"A Translator must be {done} before it is"):
        kgan.export.saved_model(game, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []
