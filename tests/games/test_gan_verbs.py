"""Every verb of a Keras model, on a GAN."""

import subprocess
import sys

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan

DATA = networks.images(32)
KEYS = {*networks.GAME_LOGS, *networks.NORMS, "r1"}


def adam_gan():
    """A GAN whose optimizers have state worth saving, and schedules."""
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, 100)
    return networks.gan(
        dropout=0.3,
        compiled={
            "generator_optimizer": keras.optimizers.Adam(schedule, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(1e-2, beta_1=0.5),
            "penalties": [kgan.penalties.R1(1.0, interval=2)],
        },
    )


def fit(gan, **arguments):
    data = tf.data.Dataset.from_tensor_slices(DATA).batch(8, drop_remainder=True)
    return gan.fit(data, **{"verbose": 0, **arguments})


def same_state(first, second):
    assert networks.largest_difference(first, second) == 0
    for name in ("generator_optimizer", "discriminator_optimizer"):
        pairs = zip(
            getattr(first, name).variables, getattr(second, name).variables, strict=True
        )
        for one, other in pairs:
            np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_fit_takes_data_sets_arrays_and_other_iterables():
    gan = networks.gan()
    assert set(fit(gan).history) == KEYS
    assert gan.step == 4
    gan.fit(DATA, batch_size=16, epochs=2, verbose=0)
    assert gan.step == 4 + 2 * 2
    gan.fit((batch for batch in np.split(DATA, 4)), verbose=0, steps_per_epoch=4)
    assert gan.step == 8 + 4

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return DATA[8 * index : 8 * index + 8]

    gan.fit(Batches(), verbose=0)
    assert gan.step == 12 + 2
    gan.fit(DATA, batch_size=8, validation_split=0.25, verbose=0)
    assert gan.step == 14 + 3


def test_logs_are_means_over_the_epoch():
    gan = networks.gan()
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            for metric in self.model.metrics:
                metric.reset_state()

        def on_train_batch_end(self, batch, logs=None):
            seen.append(dict(logs))

    fit(gan, callbacks=[Watch()])
    keras.utils.set_random_seed(0)
    keras.utils.clear_session()
    again = networks.gan()
    again.set_weights([w * 0 for w in again.get_weights()])
    history = fit(again).history
    assert history["d_loss"][0] == pytest.approx(2 * np.log(2), abs=0.01)
    assert len({round(float(logs["d_loss"]), 9) for logs in seen}) > 1


def test_a_lazy_penalty_keeps_its_last_value_in_the_logs():
    gan = networks.gan(compiled={"penalties": [kgan.penalties.R1(1.0, interval=4)]})
    values = [
        gan.fit(DATA[:8], batch_size=8, verbose=0).history["r1"][0] for _ in range(5)
    ]
    assert values[0] > 0
    assert values[0] == values[1] == values[2] == values[3] != values[4]


def test_evaluate_is_deterministic_and_moves_nothing():
    gan = networks.gan(dropout=0.3)
    before = networks.weights(gan)
    first = gan.evaluate(DATA, batch_size=8, verbose=0, return_dict=True)
    again = gan.evaluate(DATA, batch_size=8, verbose=0, return_dict=True)
    assert first == again
    assert set(first) == set(networks.GAME_LOGS)
    after = networks.weights(gan)
    assert all((before[key] == after[key]).all() for key in before)
    assert gan.step == 0


def test_evaluate_is_a_mean_over_examples():
    gan = networks.gan(batch_norm=False)
    data = np.concatenate([DATA[:8], np.ones((1, 8, 8, 1), "float32")])
    logs = gan.evaluate(data, batch_size=8, verbose=0, return_dict=True)
    scores = gan.discriminate(data)
    assert logs["d_real"] == pytest.approx(scores.mean(), rel=1e-5)
    assert abs(scores[8] - scores[:8].mean()) > 0.01  # the last batch is another


def test_evaluate_where_the_last_batch_leaves_a_replica_none(two_replicas):
    with two_replicas.scope():
        gan = networks.gan(batch_norm=False, compiled={"penalties": ()})
    logs = gan.evaluate(DATA[:9], batch_size=8, verbose=0, return_dict=True)
    assert logs["d_real"] == pytest.approx(gan.discriminate(DATA[:9]).mean(), rel=1e-5)


def test_validation_data_give_val_keys():
    gan = networks.gan()
    history = gan.fit(
        DATA[:16], batch_size=8, validation_data=(DATA[16:],), verbose=0
    ).history
    assert set(history) == KEYS | {f"val_{key}" for key in networks.GAME_LOGS}


def test_predict_samples():
    gan = networks.gan()
    latents = np.random.default_rng(0).normal(size=(20, networks.LATENT_DIM))
    images = gan.predict(latents.astype("float32"), batch_size=8, verbose=0)
    assert images.shape == (20, 8, 8, 1)
    np.testing.assert_allclose(
        images, gan(latents.astype("float32")), rtol=0, atol=1e-6
    )
    conditional = networks.gan(num_classes=3)
    inputs = [latents.astype("float32"), np.arange(20) % 3]
    assert conditional.predict(inputs, verbose=0).shape == (20, 8, 8, 1)


def test_summary_shows_all_networks():
    lines = []
    networks.gan().summary(print_fn=lines.append)
    text = "\n".join(lines)
    for name in ("generator", "discriminator", "ema_generator"):
        assert name in text


def test_saved_in_three_ways_it_goes_on_bit_for_bit(tmp_path):
    gan = adam_gan()
    fit(gan)
    gan.save(tmp_path / "gan.keras")
    gan.save_weights(tmp_path / "gan.weights.h5")
    checkpoint = tf.train.Checkpoint(model=gan).save(str(tmp_path / "c"))
    keras.utils.set_random_seed(99)
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    by_weights, restored = adam_gan(), adam_gan()
    by_weights.load_weights(tmp_path / "gan.weights.h5")
    status = tf.train.Checkpoint(model=restored).restore(checkpoint)
    status.assert_existing_objects_matched()
    assert loaded.compiled
    assert loaded.penalties["r1"].interval == 2
    np.testing.assert_array_equal(gan.generate(4), loaded.generate(4))
    for other in (loaded, by_weights, restored):
        assert other.step == gan.step == 4
        same_state(gan, other)
    for each in (gan, loaded, restored):
        fit(each)
        assert int(each.generator_optimizer.iterations) == 8
        same_state(gan, each)


LOADING = """
import sys, keras
before = set(sys.modules)  # Keras itself may load some of what is heavy
import kgan
heavy = {"matplotlib", "scipy", "sklearn", "tensorflow_datasets"}
heavy &= set(sys.modules) - before
gan = keras.models.load_model(sys.argv[1])
print(type(gan).__name__, gan.compiled, gan.prior.maximum, sorted(heavy))
"""


def test_a_fresh_process_loads_a_model_with_one_import(tmp_path):
    gan = kgan.GAN(
        *kgan.models.mlp((2,), 3, maxout_pieces=2, dropout=0.5),
        prior=kgan.priors.Uniform(3, -1.0, 2.0),
    )
    gan.compile(loss="hinge", penalties=["r1", "gradient_penalty"])
    gan.save(tmp_path / "gan.keras")
    done = subprocess.run(
        [sys.executable, "-c", LOADING, tmp_path / "gan.keras"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "GAN True 2.0 []\n"


def test_each_players_optimizer_is_saved_under_its_own_name(tmp_path):
    """So that another choice of one optimizer does not move the other's state."""
    gan = adam_gan()
    fit(gan)
    gan.save_weights(tmp_path / "gan.weights.h5")
    sgd = networks.gan(
        compiled={
            "generator_optimizer": keras.optimizers.SGD(),
            "discriminator_optimizer": keras.optimizers.Adam(),
        }
    )
    with pytest.warns(UserWarning, match="optimizer 'sgd"):
        sgd.load_weights(tmp_path / "gan.weights.h5")
    ours, theirs = (m.discriminator_optimizer.variables for m in (gan, sgd))
    for old, new in zip(ours[2:], theirs[2:], strict=True):
        np.testing.assert_array_equal(old.numpy(), new.numpy())


def test_everything_the_constructor_takes_is_saved(tmp_path):
    gan = networks.gan(
        num_classes=3,
        prior=kgan.priors.Uniform(networks.LATENT_DIM, -2.0, 1.0),
        augmentation=keras.layers.GaussianNoise(0.1, seed=3),
        ema_momentum=0.5,
        discriminator_steps=2,
        generator_steps=3,
        seed=11,
        name="mine",
        compiled={"loss": kgan.losses.Minimax(label_smoothing=0.1)},
    )
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    before, after = gan.get_config(), loaded.get_config()
    for name in before.keys() - {"generator", "discriminator"}:
        assert before[name] == after[name]
    assert loaded.get_compile_config() == gan.get_compile_config()
    assert loaded.adversarial_loss.label_smoothing == pytest.approx(0.1)


def test_who_is_frozen_is_saved(tmp_path):
    gan = networks.gan(compiled={"frozen": {"discriminator"}})
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.get_compile_config()["frozen"] == ["discriminator"]
    loaded.fit(networks.images(16), batch_size=8, verbose=0)
    np.testing.assert_array_equal(
        loaded.discriminator.get_weights()[0], gan.discriminator.get_weights()[0]
    )


def test_float16_keeps_its_scales(tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    gan = adam_gan()
    fit(gan)
    gan.save(tmp_path / "gan.keras")
    same_state(gan, keras.models.load_model(tmp_path / "gan.keras"))


@pytest.mark.parametrize("num_classes", [None, 3])
def test_export_gives_the_averaged_generator(tmp_path, num_classes):
    gan = networks.gan(num_classes=num_classes)
    gan.fit(
        DATA,
        None if num_classes is None else np.arange(32) % 3,
        batch_size=8,
        verbose=0,
    )
    served = tf.saved_model.load(gan.export(tmp_path / "served"))
    latents = tf.random.stateless_normal((3, networks.LATENT_DIM), [1, 2])
    named, inputs = {"latents": latents}, latents
    if num_classes is not None:
        named["labels"] = tf.constant([0, 1, 2])
        inputs = [latents, named["labels"]]
    images = served.signatures["serving_default"](**named)["images"]
    np.testing.assert_allclose(images, (gan(inputs) + 1) / 2, atol=1e-6)


def test_schedules_in_both_optimizers_count_updates():
    def schedule():
        return keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.05, 0.0])

    gan = networks.gan(
        batch_norm=False,
        discriminator_steps=2,
        ema_momentum=None,
        compiled={
            "generator_optimizer": keras.optimizers.SGD(schedule()),
            "discriminator_optimizer": keras.optimizers.SGD(schedule()),
        },
    )
    fit(gan)
    assert int(gan.generator_optimizer.iterations) == 2
    assert int(gan.discriminator_optimizer.iterations) == 4
    before = networks.weights(gan)
    fit(gan)
    after = networks.weights(gan)
    kernels = [key for key in before if "kernel" in key or "bias" in key]
    assert len(kernels) > 4
    assert all((before[key] == after[key]).all() for key in kernels)


def test_the_same_optimizer_object_can_be_compiled_again():
    gan = adam_gan()
    fit(gan)
    gan.compile(gan.generator_optimizer, gan.discriminator_optimizer, loss="hinge")
    fit(gan)
    assert int(gan.generator_optimizer.iterations) == 8
