"""Which ways of going on with a plain `fit` are exact, as docs/reliability.md says."""

import keras
import networks
import numpy as np
import pytest

import kgan

STEPS = 6  # an epoch's


@pytest.fixture
def make():
    """Builds equal games, new ones each time."""

    def make():
        keras.utils.set_random_seed(0)
        gan = kgan.GAN(networks.generator(), networks.discriminator())
        gan.compile(run_eagerly=True)
        return gan

    return make


def load(**kwargs):
    kwargs = {"steps_per_epoch": STEPS, **kwargs}
    return kgan.data.load("digits", batch_size=4, **kwargs)


def fit(gan, data, *callbacks, **kwargs):
    gan.fit(data, verbose=0, callbacks=[*callbacks], **kwargs)
    return gan


def equal(ours, theirs):
    pairs = zip(ours.get_weights(), theirs.get_weights(), strict=True)
    return all(np.array_equal(*pair) for pair in pairs)


def backed_up(make, directory, data, save_freq="epoch", broken_after=STEPS):
    """Trains two epochs with `BackupAndRestore`, interrupted once."""

    class Break(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.step == broken_after + 2:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(directory, save_freq)

    with pytest.raises(KeyboardInterrupt):
        fit(make(), data(), backup(), Break(), epochs=2)
    return fit(make(), data(), backup(), epochs=2)


def test_a_checkpoint_and_data_from_its_position_are_exact(make, tmp_path):
    whole = fit(make(), load(), epochs=2)
    fit(make(), load(), kgan.callbacks.Checkpoints(tmp_path, every=4))
    gan = keras.models.load_model(tmp_path / "step-00000004.keras")
    left = 2 * STEPS - gan.step
    fit(gan, load(start=gan.position, steps_per_epoch=left))
    assert gan.step == whole.step
    assert equal(gan, whole)


def test_backup_at_an_epochs_end_is_exact_for_data_that_begin_anew(make, tmp_path):
    def data():
        return load(shuffle=False)

    gan = backed_up(make, tmp_path, data)
    whole = fit(make(), data(), epochs=2)
    assert gan.step == whole.step
    assert equal(gan, whole)


def test_backup_does_not_know_where_a_moving_stream_was(make, tmp_path):
    gan = backed_up(make, tmp_path, load)
    whole = fit(make(), load(), epochs=2)
    assert gan.step == whole.step
    assert not equal(gan, whole)


def test_backup_within_an_epoch_plays_its_data_again(make, tmp_path):
    gan = backed_up(make, tmp_path, lambda: load(shuffle=False), 4, broken_after=3)
    assert gan.step > 2 * STEPS
