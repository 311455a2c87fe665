"""What a format asks of a file's name, of options and of packages."""

import importlib.util

import pytest

NAMES = {"onnx": "m.onnx", "litert": "m.tflite", "openvino": "m.xml"}


@pytest.fixture
def installed(monkeypatch):
    """As if all packages were there: what is refused is refused before."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: True)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "format", "options", "message"),
    [
        ("m", "onyx", {}, "mean 'onnx'. `format` must be one of tf_saved_model, "),
        ("m", 3, {}, "`format` must be one of .* Received: 3"),
        ("m", "onnx", {}, r"must end in \.onnx for format='onnx'\. Received: .*m$"),
        ("m.onnx", "tflite", {}, r"must end in \.tflite for format='litert'"),
        ("m.bin", "openvino", {}, r"must end in \.xml"),
        ("m.onnx", "onnx", {"version": 2}, "`version` has no meaning.*opset_version"),
        ("m.xml", "openvino", {"max_images": 2}, "`max_images` has no meaning"),
        ("m.onnx", "onnx", {"discriminator": True}, "`discriminator` has no"),
        ("m.onnx", "onnx", {"provenance": None}, "`provenance` has no meaning"),
        ("m.onnx", "onnx", {"optimizations": []}, "`optimizations` has no meaning"),
        ("m.tflite", "litert", {"opset_version": 9}, "`opset_version` has no"),
    ],
)
def test_what_a_format_has_no_use_for(
    trained, name, format, options, message, tmp_path
):
    with pytest.raises(ValueError, match=message):
        trained("images").export(tmp_path / "f" / name, format, **options)
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("format", NAMES)
def test_a_missing_package_is_one_sentence(trained, format, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    message = rf"^\w+ needs .* pip install 'kgan\[{format}\]'\. Missing: [\w, -]+$"
    with pytest.raises(ModuleNotFoundError, match=message):
        trained("images").export(tmp_path / "f" / NAMES[format], format)
    assert not (tmp_path / "f").exists()
