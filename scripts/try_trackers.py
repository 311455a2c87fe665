"""Tries experiment trackers and tuners of Keras on a GAN, with the real packages.

    python scripts/try_trackers.py --environments=/tmp/environments

For each of the named tools (by default all) it makes a virtual environment with kgan
and the tool, unless there is one, and trains a small GAN there with the tool's
callbacks, without a network. What was logged is read back from the tool's own files and
compared with what `fit` returned. The exit status is 1 where that fails.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from environments import python_of

ROOT = pathlib.Path(__file__).resolve().parents[1]
# By tool, what pip installs.
PACKAGES = {
    "wandb": ["wandb"],
    "mlflow": ["mlflow"],
    "keras_tuner": ["keras-tuner"],
    "tqdm": ["tqdm"],
}
EPOCHS = 2
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "WANDB_SILENT": "true"}


def _gan(rate=2e-4):
    import keras

    import kgan

    gan = kgan.GAN(*kgan.models.mlp((8, 8, 1), latent_dim=4))
    decay = keras.optimizers.schedules.ExponentialDecay(rate, 2, 0.5)
    gan.compile(keras.optimizers.Adam(decay), keras.optimizers.Adam(rate))
    return gan


def _fit(gan, *callbacks, **options):
    import kgan

    data = kgan.data.load("digits", batch_size=64, steps_per_epoch=3)
    callbacks = [kgan.callbacks.LearningRates(), *callbacks]
    return gan.fit(data, epochs=EPOCHS, callbacks=callbacks, verbose=0, **options)


def _agree(logged, history, prefix=""):
    """Checks that all means of the last epoch were logged, both rates among them."""
    assert {"g_learning_rate", "d_learning_rate"} <= set(history)
    for name, values in history.items():
        found = logged[prefix + name]
        assert abs(found - values[-1]) <= 1e-6 * (1 + abs(found)), (name, found, values)


def try_wandb(folder):
    """WandbMetricsLogger, WandbModelCheckpoint and WandbEvalCallback, offline."""
    import keras
    import wandb
    from wandb.integration import keras as stock

    class Table(stock.WandbEvalCallback):
        def add_ground_truth(self, logs=None):
            pass

        def log_data_table(self):
            """Does nothing: offline there is no server to hold the table."""

        def add_model_predictions(self, epoch, logs=None):
            for image in self.model.generate(2, seed=1):
                self.pred_table.add_data(epoch, wandb.Image(image))

    gan = _gan()
    with wandb.init(mode="offline", dir=folder, project="kgan") as run:
        file = folder / "{epoch}.keras"
        history = _fit(
            gan,
            stock.WandbMetricsLogger(),
            stock.WandbModelCheckpoint(file, monitor="d_loss", mode="min"),
            Table([], ["epoch", "image"]),
        ).history
        stored = dict(run.summary)
    _agree(stored, history, "epoch/")
    assert abs(stored["epoch/learning_rate"] - 2e-4) < 1e-9  # of the first player
    assert next(folder.rglob("*.wandb")).stat().st_size > 0
    assert keras.models.load_model(folder / f"{EPOCHS}.keras").step == gan.step


def try_mlflow(folder):
    """MlflowCallback, autologging, and models that are logged and loaded."""
    import mlflow
    import numpy as np

    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    gan = _gan()
    with mlflow.start_run() as run:
        history = _fit(gan, mlflow.keras.MlflowCallback()).history
        latents = np.zeros((2, gan.latent_dim), "float32")
        signature = mlflow.models.infer_signature(latents, gan.predict(latents))
        logged = mlflow.keras.log_model(
            gan, name="gan", signature=signature, pip_requirements=["kgan"]
        )
    mlflow.flush_async_logging()
    found = mlflow.get_run(run.info.run_id).data
    _agree(found.metrics, history)
    assert found.params["optimizer_discriminator_beta_1"] == "0.9"
    assert "ExponentialDecay" in found.params["optimizer_generator_learning_rate"]
    loaded = mlflow.keras.load_model(logged.model_uri)
    assert (loaded.generate(4, seed=1) == gan.generate(4, seed=1)).all()
    served = mlflow.pyfunc.load_model(logged.model_uri).predict(latents)
    np.testing.assert_allclose(served, gan.predict(latents), atol=1e-6)

    for flavor in (mlflow.keras, mlflow.tensorflow):
        flavor.autolog()
        history = _fit(_gan()).history
        mlflow.flush_async_logging()
        found = mlflow.last_active_run().data
        _agree(found.metrics, history)
        assert any("discriminator_beta_1" in name for name in found.params)
        flavor.autolog(disable=True)


def try_keras_tuner(folder):
    """A RandomSearch over the learning rate, by a loss on held-out data."""
    import keras_tuner
    import numpy as np

    def build(choices):
        return _gan(choices.Float("rate", 1e-4, 1e-2, sampling="log"))

    tuner = keras_tuner.RandomSearch(
        build,
        objective=keras_tuner.Objective("val_d_loss", "min"),
        max_trials=2,
        directory=folder,
        seed=0,
    )
    draw = np.random.default_rng(0)
    images = draw.uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    tuner.search(images, epochs=1, validation_data=images, verbose=0)
    best, worst = tuner.oracle.get_best_trials(2)
    assert best.score <= worst.score
    (model,) = tuner.get_best_models(1)
    assert model.generate(2).shape == (2, 8, 8, 1)


def try_tqdm(folder):
    """TqdmCallback, whose bar ends with the figures of the last epoch."""
    import tqdm.keras

    with (folder / "bar").open("w") as file:
        history = _fit(_gan(), tqdm.keras.TqdmCallback(verbose=0, file=file)).history
    text = (folder / "bar").read_text()
    assert f"{EPOCHS}/{EPOCHS}" in text
    assert f"d_loss={history['d_loss'][-1]:.3g}" in text


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tools", nargs="*", help=", ".join(PACKAGES))
    parser.add_argument("--environments", type=pathlib.Path, help="where they lie")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.inside:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            globals()[f"try_{arguments.inside}"](pathlib.Path(folder))
        return 0
    if not arguments.environments or not set(arguments.tools) <= set(PACKAGES):
        parser.error("give --environments, and tools of " + ", ".join(PACKAGES))
    failed = False
    for tool in arguments.tools or PACKAGES:
        packages = ["--editable", str(ROOT), *PACKAGES[tool]]
        python = python_of(arguments.environments / tool, packages)
        command = [python, __file__, f"--inside={tool}"]
        done = subprocess.run(command, env={**os.environ, **QUIET}, check=False)
        print(f"{tool}: {'failed' if done.returncode else 'as it should be'}")
        failed |= bool(done.returncode)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
