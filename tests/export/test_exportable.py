"""`export` of a game writes what its format asks for."""

from kgan.export import conversion


def test_a_saved_model_is_a_version(trained, tmp_path):
    path = trained("points").export(tmp_path / "m", format="saved_model", version=4)
    assert path == tmp_path / "m" / "4"
    assert (path / "saved_model.pb").exists()


def test_options_go_on(trained, monkeypatch):
    seen = []
    monkeypatch.setattr(conversion, "saved_model", lambda *a, **k: seen.append((a, k)))
    monkeypatch.setattr(conversion, "convert", lambda *a, **k: seen.append((a, k)))
    gan = trained("points")
    gan.export("m", averaged=False)
    gan.export("m.onnx", "onnx", raw=True)
    assert seen == [
        ((gan, "m"), {"averaged": False}),
        ((gan, "m.onnx", "onnx"), {"raw": True}),
    ]
