"""Each symptom in a real game, and what follows; no alarm in games that are well."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan import recipes
from kgan.callbacks import CollapseWatch, Symptom, TerminateOnNaN
from kgan.recipes.build import make_optimizers
from kgan.recipes.options import gan_parts as parts

RING = kgan.data.source("ring", stddev=0.05)


def _build(rates, beta_1=0.5, optimizer=None, seed=0, width=32, shape=(2,), **compiled):
    keras.utils.set_random_seed(seed)
    pair = kgan.models.mlp(
        shape,
        latent_dim=2,
        generator_hidden=(width, width),
        discriminator_hidden=(width, width),
    )
    make = optimizer or (lambda rate: keras.optimizers.Adam(rate, beta_1=beta_1))
    gan = kgan.GAN(*pair, seed=seed)
    gan.compile(*map(make, rates), **compiled)
    return gan


def _fit(gan, watch, *others, data=None, epochs=4, steps=20, **arguments):
    if data is None:
        data = kgan.data.load(RING, 64, steps_per_epoch=steps)
    callbacks = [watch, *others]
    return gan.fit(data, epochs=epochs, verbose=0, callbacks=callbacks, **arguments)


def _diverging(**compiled):
    return _build((1e3, 1e3), optimizer=keras.optimizers.SGD, **compiled)


def _winning():
    """D learns fast on data that it can separate, G hardly moves."""
    return _build((1e-5, 1e-2), loss="minimax")


# === The four symptoms ===


def test_nan_is_named_at_the_step_at_which_it_comes(capsys):
    gan, watch = _diverging(), CollapseWatch(action="stop")
    _fit(gan, watch)
    assert 1 < gan.step < 20
    assert watch.reason.startswith(
        f"Training stopped at step {gan.step}: d_fake is nan: training has diverged. "
    )
    assert "What usually helps: smaller learning rates" in watch.reason
    assert watch.sentences == [watch.reason]
    assert capsys.readouterr().out == f"\n{watch.reason}\n"


def test_a_discriminator_that_wins_is_named():
    gan, watch = _winning(), CollapseWatch(action="stop", patience=2)
    history = _fit(gan, watch, epochs=30).history
    assert (
        "d_accuracy is 1 (2 checks in a row): the discriminator has won. "
        in watch.reason
    )
    assert history["d_accuracy"][-2] >= 0.999
    assert history["d_accuracy"][-3] < 0.999
    assert gan.step == 20 * len(history["d_accuracy"])


def test_a_gradient_that_vanishes_is_named():
    # Real data far away from all that a tanh generates: one direction tells all.
    data = kgan.data.load("digits", 64, steps_per_epoch=20)
    gan = _build((1e-4, 1e-2), loss="minimax", width=64, shape=(8, 8, 1))
    watch = CollapseWatch(action="stop", accuracy=None, patience=2)
    history = _fit(gan, watch, data=data, epochs=40).history
    norms = history["g_gradient_norm"]
    assert "(2 checks in a row): the generator's gradient has vanished." in watch.reason
    assert max(norms[-2:]) <= 0.01 * max(norms) < norms[-4]


def test_a_generator_that_has_collapsed_to_a_mode_is_named():
    # Momentum lets plain training hop from mode to mode.
    gan = _build((5e-3, 5e-3), beta_1=0.9, steps_per_execution=10)
    data = kgan.data.load(RING, 64, steps_per_epoch=50)
    watch = CollapseWatch(data, action="stop", patience=2)
    history = _fit(gan, watch, data=data, epochs=80).history
    assert "the generator makes nearly the same of all latents" in watch.reason
    assert max(history["diversity"]) > 0.4
    assert max(history["diversity"][-2:]) <= 0.2
    assert 0.3 < history["d_accuracy"][-1] < 0.99  # no other curve tells


# === No false alarm ===


@pytest.mark.parametrize(
    ("name", "steps"), [("digits", 400), ("gaussian", 300), ("ring", 300)]
)
def test_recipes_that_are_well_raise_no_alarm(name, steps):
    recipe = recipes.get(name)
    source = kgan.data.source(recipe.dataset)
    pair = parts.make_networks(recipe, source.shape, None)
    gan = kgan.GAN(
        *pair,
        prior=parts.make_prior(recipe),
        discriminator_steps=recipe.discriminator_steps,
    )
    gan.compile(
        **{f"{name}_optimizer": o for name, o in make_optimizers(recipe).items()},
        loss=parts.make_loss(recipe),
        penalties=parts.make_terms(recipe, "penalties"),
    )
    batches = 50 * recipe.discriminator_steps
    data = kgan.data.load(source, recipe.batch_size, steps_per_epoch=batches)
    watch = CollapseWatch(data, every=20, patience=2)
    history = _fit(gan, watch, data=data, epochs=steps // 50).history
    assert watch.sentences == []
    assert watch.reason is None
    assert history["diversity"][-1] > 0.4
    assert "rollbacks" not in history


# === Warning, and when ===


class Alarm(Symptom):
    """Finds something at the steps that it is told, once at each."""

    remedy = "patience"

    def __init__(self, *steps):
        super().__init__(patience=1)
        self.steps = list(steps)
        self.seen = []

    def find(self, model, logs):
        self.seen.append((model.step, dict(logs)))
        if model.step in self.steps:
            self.steps.remove(model.step)
            return f"step is {model.step}", "an alarm"
        return None


def _watch(*symptoms, real=None, **arguments):
    arguments = {"accuracy": None, "gradient_share": None, **arguments}
    return CollapseWatch(real, symptoms=symptoms, **arguments)


def test_checks_come_every_so_many_steps_and_see_the_means_since(points, rows):
    gan, alarm = points(), Alarm()
    values = []

    def note(batch, logs):
        values.append(logs["d_loss"] * (batch + 1))

    noted = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    _fit(gan, _watch(alarm, every=2), noted, data=rows((1,), batches=5), epochs=1)
    steps, logs = zip(*alarm.seen, strict=True)
    assert steps == (2, 4)
    means = [values[1] / 2, (values[3] - values[1]) / 2]
    np.testing.assert_allclose([log["d_loss"] for log in logs], means, rtol=1e-6)
    _fit(gan, _watch(alarm), data=rows((1,), batches=5), epochs=2)
    assert [step for step, _ in alarm.seen] == [2, 4, 10, 15]


def test_checks_with_several_steps_per_execution(points, rows):
    gan, alarm = points(), Alarm()
    gan.compile(steps_per_execution=3, run_eagerly=True)
    _fit(gan, _watch(alarm, every=4), data=rows((1,), batches=9), epochs=1)
    assert [step for step, _ in alarm.seen] == [6, 9]


def test_a_last_execution_of_fewer_steps_counts_what_it_is(points, rows):
    gan, alarm = points(), Alarm()
    gan.compile(steps_per_execution=4, run_eagerly=True)
    means = []

    def note(batch, logs):
        means.append(logs["d_loss"])

    noted = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    _fit(gan, _watch(alarm, every=2), noted, data=rows((1,), batches=6), epochs=1)
    assert [step for step, _ in alarm.seen] == [4, 6]
    last = (6 * means[1] - 4 * means[0]) / 2
    np.testing.assert_allclose(alarm.seen[1][1]["d_loss"], last, rtol=1e-6)


def test_a_warning_is_said_once_and_training_goes_on(capsys):
    gan, watch = _diverging(), CollapseWatch()
    _fit(gan, watch, epochs=2)
    assert gan.step == 40
    assert watch.reason is None
    (sentence,) = watch.sentences
    assert sentence.startswith("Warning at step ")
    assert capsys.readouterr().out.count("Warning") == 1


def test_values_of_validation_and_of_other_callbacks_are_read(points, rows):
    def spoil(epoch, logs):
        logs["val_d_loss"] = np.inf if epoch == 1 else 0.0

    gan, watch = points(), CollapseWatch(action="stop")
    spoiler = keras.callbacks.LambdaCallback(on_epoch_end=spoil)
    gan.fit(rows((1,)), epochs=4, verbose=0, callbacks=[spoiler, watch])
    assert watch.reason.startswith("Training stopped at step 6: val_d_loss is inf")


def test_a_new_training_forgets_the_last_one(points, rows):
    gan, watch = points(), _watch(Alarm(3), action="stop")
    _fit(gan, watch, data=rows((1,)))
    assert "step is 3" in watch.reason
    _fit(gan, watch, data=rows((1,)), epochs=1)
    assert (watch.reason, watch.sentences) == (None, [])


# === Rolling back ===


def _one_batch(batches=4):
    """The same batch again and again: only the draws can differ."""
    rows = np.tile(networks.images(8), (batches, 1, 1, 1))
    return tf.data.Dataset.from_tensor_slices(rows).batch(8, drop_remainder=True)


class Weights(keras.callbacks.Callback):
    """Keeps the weights of every step, a list for each time that it was played."""

    def on_train_begin(self, logs=None):
        self.seen = {}

    def on_train_batch_end(self, batch, logs=None):
        weights = self.model.generator.get_weights()
        self.seen.setdefault(self.model.step, []).append(weights)


def _differ(first, second):
    return any((a != b).any() for a, b in zip(first, second, strict=True))


def test_a_rollback_goes_back_to_the_last_sound_check_and_draws_anew(capsys):
    gan, weights = networks.gan(), Weights()
    watch = _watch(Alarm(4), every=2, action="rollback")
    history = _fit(gan, watch, weights, data=_one_batch(8), epochs=1).history
    assert gan.position == 8
    assert gan.step == 6  # 8 rounds, of which 2 were taken back
    assert gan.rollbacks == 1
    assert history["rollbacks"] == [1]
    assert watch.sentences == [
        "Rolled back from step 4 to step 2 (rollback 1 of 3): step is 4: "
        "an alarm. What usually helps: patience."
    ]
    assert capsys.readouterr().out.strip() == watch.sentences[0]
    for step in (3, 4):
        assert _differ(*weights.seen[step]), step


def test_the_same_draws_come_again_unless_the_rollback_is_counted():
    def third_step(rollbacks):
        keras.utils.set_random_seed(0)
        gan, weights = networks.gan(), Weights()
        _fit(gan, weights, data=_one_batch(2), epochs=1)
        gan.clock.rollbacks.assign(rollbacks)
        _fit(gan, weights, data=_one_batch(1), epochs=1)
        return weights.seen[3][0]

    assert not _differ(third_step(0), third_step(0))
    assert _differ(third_step(0), third_step(1))


def test_a_rolled_back_run_goes_on_the_same_after_it_was_saved(tmp_path):
    gan = networks.gan(dropout=0.3)
    watch = _watch(Alarm(4), every=2, action="rollback")
    _fit(gan, watch, data=_one_batch(8), epochs=1)
    gan.save(tmp_path / "gan.keras")
    resumed = keras.models.load_model(tmp_path / "gan.keras")
    assert (resumed.step, resumed.position, resumed.rollbacks) == (6, 8, 1)
    for model in (gan, resumed):
        watch = _watch(Alarm(8), every=2, action="rollback", max_rollbacks=2)
        _fit(model, watch, data=_one_batch(4), epochs=1)
        assert "(rollback 2 of 2)" in watch.sentences[0]
    assert not _differ(gan.get_weights(), resumed.get_weights())


def test_a_run_that_diverges_is_brought_to_a_good_end():
    gan = _diverging()
    guard = TerminateOnNaN()
    watch = CollapseWatch(
        every=10, action="rollback", learning_rate_factor=1e-2, max_rollbacks=4
    )
    history = _fit(gan, watch, guard, epochs=6).history
    assert 1 <= gan.rollbacks <= 4
    assert all("training has diverged" in sentence for sentence in watch.sentences)
    rate = float(gan.generator_optimizer.learning_rate)
    np.testing.assert_allclose(rate, 1e3 * 1e-2**gan.rollbacks, rtol=1e-5)
    # Nobody else had to see it, and what is left is sound.
    assert (watch.reason, guard.reason) == (None, None)
    assert len(history["d_loss"]) == 6
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(weight).all() for weight in gan.get_weights())
    assert gan.position == 120 > gan.step


def test_too_many_rollbacks_stop_with_the_last_sound_state():
    gan = _diverging()
    before = gan.generator.get_weights()
    watch = CollapseWatch(action="rollback", max_rollbacks=2)
    _fit(gan, watch)
    assert gan.rollbacks == 2
    assert watch.reason.startswith("Training stopped at step ")
    assert "after 2 rollbacks, with the model as it was at step 0: " in watch.reason
    assert len(watch.sentences) == 3
    assert not _differ(before, gan.generator.get_weights())


def test_a_state_on_its_way_to_collapse_is_no_state_to_go_back_to(points, rows):
    class Doubt(Alarm):
        def doubtful(self):
            return self.count > 0 or self.seen[-1][0] == 4

    gan = points()
    watch = _watch(Doubt(6), every=2, action="rollback")
    _fit(gan, watch, data=rows((1,), batches=7), epochs=1)
    assert "from step 6 to step 2 " in watch.sentences[0]


def test_what_was_undone_at_the_end_of_an_epoch_is_not_logged(points, rows):
    gan = points()

    def explode(batch, logs):
        if gan.position == 3:
            logs["d_loss"] = np.nan

    exploder = keras.callbacks.LambdaCallback(on_train_batch_end=explode)
    watch, guard = _watch(action="rollback"), TerminateOnNaN()
    history = gan.fit(
        rows((1,)), epochs=2, verbose=0, callbacks=[exploder, watch, guard],
        validation_data=rows((1,)),
    )  # fmt: skip
    assert guard.reason is None
    assert history.history["rollbacks"] == [1, 1]
    assert len(history.history["d_loss"]) == 1
    assert len(history.history["val_d_loss"]) == 2
    assert gan.step == 3


def test_a_guard_in_front_stops_first_and_the_model_is_sound():
    gan = _diverging()
    guard, watch = TerminateOnNaN(), CollapseWatch(action="rollback")
    _fit(gan, guard, watch)
    assert guard.reason is not None
    assert gan.position < 20
    assert all(np.isfinite(weight).all() for weight in gan.get_weights())


@pytest.mark.parametrize("steps_per_execution", [1, 2])
def test_replicas_are_equal_after_a_rollback(two_replicas, steps_per_execution):
    with two_replicas.scope():
        gan = networks.gan(
            dropout=0.3,
            compiled={
                "generator_optimizer": keras.optimizers.Adam(1e-2),
                "discriminator_optimizer": keras.optimizers.Adam(1e-2),
                "steps_per_execution": steps_per_execution,
            },
        )
    weights = Weights()
    watch = _watch(
        Alarm(4), every=2, action="rollback", learning_rate_factor=0.5,
        real=networks.images(8),
    )  # fmt: skip
    _fit(gan, watch, weights, data=_one_batch(8), epochs=1)
    assert (gan.step, gan.position, gan.rollbacks) == (6, 8, 1)
    assert _differ(*weights.seen[4])
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    for variable in [*gan.weights, *(v for o in optimizers for v in o.variables)]:
        copies = two_replicas.experimental_local_results(variable.value)
        assert len(copies) == 2
        np.testing.assert_array_equal(*copies, err_msg=variable.path)
    rate = optimizers[0].learning_rate.numpy()
    assert rate == pytest.approx(5e-3)


# === What is refused ===


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"every": 0}, "`every` must be"),
        ({"action": "ignore"}, "`action` must be"),
        ({"patience": 0}, "patience"),
        ({"accuracy": 2.0}, "`accuracy` must lie"),
        ({"gradient_share": 0.0}, "`share` must lie"),
        ({"real": 1, "diversity_share": 1.0}, "`share` must lie"),
        ({"max_rollbacks": -1}, "max_rollbacks"),
        ({"learning_rate_factor": 0}, "`learning_rate_factor` must lie"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        CollapseWatch(**arguments)


def test_what_cannot_be_watched_is_refused_before_training(points, rows):
    gan = points()
    with pytest.raises(ValueError, match="examples of shape"):
        _fit(gan, CollapseWatch(np.zeros((8, 3), "float32")), data=rows((1,)))
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 100)
    gan.compile(keras.optimizers.Adam(schedule), run_eagerly=True)
    watch = CollapseWatch(action="rollback", learning_rate_factor=0.5)
    with pytest.raises(ValueError, match="`generator_optimizer`"):
        _fit(gan, watch, data=rows((1,)))
    assert gan.step == 0
