import keras
import numpy as np
import pytest
from PIL import Image

from kgan.callbacks.pictures import Pictures


class Shade(Pictures):
    """Draws one shade of gray that tells the step."""

    name = "shade"

    def draw(self):
        return np.full((6, 6, 1), 20 * self.model.step, np.uint8)


def _names(directory):
    return sorted(path.name for path in directory.iterdir())


def _pngs(*steps):
    return [f"step-{step:08d}.png" for step in steps]


def _film(path):
    with Image.open(path) as film:
        shades = []
        for index in range(film.n_frames):
            film.seek(index)
            shades.append(int(np.asarray(film.convert("L"))[0, 0]))
        return [shade // 20 for shade in shades]


def _fit(gan, data, callbacks, **kwargs):
    return gan.fit(data, verbose=0, callbacks=callbacks, shuffle=False, **kwargs)


def test_a_picture_before_training_and_after_each_epoch(tmp_path, points, rows):
    callback = Shade(tmp_path / "new" / "shades")
    _fit(points(), rows((1,)), [callback], epochs=2)
    directory = tmp_path / "new" / "shades"
    assert _names(directory) == ["shade.gif", *_pngs(0, 3, 6)]
    assert _film(directory / "shade.gif") == [0, 3, 6]
    with Image.open(directory / "step-00000003.png") as image:
        assert image.getpixel((0, 0)) == 60


def test_a_picture_every_few_steps_and_at_the_end(tmp_path, points, rows):
    _fit(points(), rows((1,), batches=5), [Shade(tmp_path, every=2, gif=False)])
    assert _names(tmp_path) == _pngs(0, 2, 4, 5)


def test_several_steps_per_execution(tmp_path, points, rows):
    gan = points()
    gan.compile(steps_per_execution=3, run_eagerly=True)
    _fit(gan, rows((1,), batches=9), [Shade(tmp_path, every=4, gif=False)])
    # Seen after 3, 6 and 9 steps: 4 lies before 6, 8 before 9.
    assert _names(tmp_path) == _pngs(0, 6, 9)


def test_a_second_fit_goes_on(tmp_path, points, rows):
    gan, callback = points(), Shade(tmp_path)
    for _ in range(2):
        _fit(gan, rows((1,)), [callback])
    assert _names(tmp_path) == ["shade.gif", *_pngs(0, 3, 6)]
    assert _film(tmp_path / "shade.gif") == [0, 3, 6]


def test_film_of_a_resumed_run_is_whole(tmp_path, points, rows):
    gan = points()
    _fit(gan, rows((1,)), [Shade(tmp_path / "pictures", gif=False)])
    gan.save(tmp_path / "gan.keras")
    resumed = keras.models.load_model(tmp_path / "gan.keras")
    _fit(resumed, rows((1,)), [Shade(tmp_path / "pictures")])
    assert _film(tmp_path / "pictures" / "shade.gif") == [0, 3, 6]


def test_a_run_resumed_between_two_pictures_takes_the_next_when_due(
    tmp_path, points, rows
):
    gan = points()
    _fit(gan, rows((1,), batches=4), [Shade(tmp_path, every=4, gif=False)])
    _fit(gan, rows((1,), batches=2), [])  # 6 steps
    _fit(gan, rows((1,), batches=3), [Shade(tmp_path, every=4)])
    assert _names(tmp_path) == ["shade.gif", *_pngs(0, 4, 8, 9)]


def test_a_full_disk_costs_a_picture_and_not_the_run(
    tmp_path, points, rows, monkeypatch, capsys
):
    def full(image, path, **kwargs):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    _fit(points(), rows((1,)), [Shade(tmp_path)])
    assert _names(tmp_path) == []
    assert "step-00000003.png could not be written: [Errno 28]" in (
        capsys.readouterr().out
    )


def test_pictures_of_another_run_stay_out_of_the_film(tmp_path, points, rows):
    _fit(points(), rows((1,)), [Shade(tmp_path, every=1, gif=False)], epochs=2)
    _fit(points(), rows((1,), batches=4), [Shade(tmp_path, every=4)])
    assert _names(tmp_path) == ["shade.gif", *_pngs(0, 1, 2, 3, 4, 5, 6)]
    assert _film(tmp_path / "shade.gif") == [0, 4]


def test_pictures_of_another_size_stay_out_of_the_film(tmp_path, points, rows):
    Image.new("L", (9, 9)).save(tmp_path / "step-00000001.png")
    gan = points()
    _fit(gan, rows((1,)), [])
    _fit(gan, rows((1,)), [Shade(tmp_path)])
    assert _film(tmp_path / "shade.gif") == [6]


def test_first_picture_comes_after_the_model_is_restored(tmp_path, points, rows):
    backup = tmp_path / "backup"
    stop = keras.callbacks.LambdaCallback(on_epoch_end=_interrupt_in_second_epoch)
    with pytest.raises(KeyboardInterrupt):
        _fit(
            points(),
            rows((1,)),
            [
                Shade(tmp_path / "pictures"),
                keras.callbacks.BackupAndRestore(backup),
                stop,
            ],
            epochs=3,
        )
    assert _names(tmp_path / "pictures") == _pngs(0, 3, 6)
    _fit(
        points(),
        rows((1,)),
        [Shade(tmp_path / "pictures"), keras.callbacks.BackupAndRestore(backup)],
        epochs=3,
    )
    assert _film(tmp_path / "pictures" / "shade.gif") == [0, 3, 6, 9]


def _interrupt_in_second_epoch(epoch, logs):
    if epoch == 1:
        raise KeyboardInterrupt


def test_tensorboard_gets_the_pictures(tmp_path, points, rows):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    callback = Shade(tmp_path / "pictures", log_dir=tmp_path / "logs")
    _fit(points(), rows((1,)), [callback])
    events = EventAccumulator(str(tmp_path / "logs" / "shade"), {"tensors": 0})
    events.Reload()
    shown = events.Tensors("shade")
    assert [event.step for event in shown] == [0, 3]
    # A summary of images holds width, height, then PNGs.
    width, height, *pngs = shown[-1].tensor_proto.string_val
    assert (width, height, len(pngs)) == (b"6", b"6", 1)


def test_no_picture_waits_for_every_batch(tmp_path):
    # Keras waits for the device after each batch where a callback has this hook.
    hook = keras.callbacks.Callback.on_train_batch_end
    assert Shade(tmp_path, every=5).on_train_batch_end.__func__ is hook


@pytest.mark.parametrize("every", ["step", 0, -3, 2.5, None, True])
def test_unknown_every_is_refused(tmp_path, every):
    with pytest.raises(ValueError, match="`every` must be 'epoch' or a positive"):
        Shade(tmp_path / "none", every=every)
    assert not (tmp_path / "none").exists()
