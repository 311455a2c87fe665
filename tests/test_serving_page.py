"""docs/serving.md: every request, command and setting on the page works as written."""

import json
import pathlib
import re
import shlex
import sys

import numpy as np
import pytest
import stand_in_servers
import tensorflow as tf
from google.protobuf import text_format
from PIL import Image
from tensorflow_serving.config import model_server_config_pb2

import kgan
from kgan.cli import flags
from kgan.cli.command import COMMANDS, _load
from kgan.export import FORMATS, batching, versions, warmup

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "scripts"))

import serving_client

ROOT = pathlib.Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "serving.md").read_text("utf-8")
NAME = "digits_conditional"
MODEL = ROOT / "saved_models" / NAME
LABELS = {"stable": 1}


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def commands(start):
    lines = "\n".join(blocks("sh")).replace("\\\n", " ").splitlines()
    inline = re.findall(r"`(kgan [^`]+|python scripts/[^`]+)`", PAGE)
    return [line for line in lines + inline if line.startswith(start)]


@pytest.fixture(scope="module")
def servers():
    with (
        stand_in_servers.rest_server(MODEL, NAME, labels=LABELS) as rest,
        stand_in_servers.grpc_server(MODEL, NAME, labels=LABELS) as grpc,
    ):
        yield {"http://localhost:8501": rest, "localhost:8500": grpc}


def images(count, **asked):
    loaded = tf.saved_model.load(MODEL / "1")
    one = {"seed": tf.constant(7, tf.int64), "num_images": tf.constant(count)}
    asked = {"labels": -1, "truncation": 1.0} | asked
    one |= {name: tf.constant(value) for name, value in asked.items()}
    return loaded.signatures["generate"](**one)["images"].numpy()


@pytest.mark.parametrize("example", blocks("python")[:2])
def test_examples_in_python_give_images(example, servers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for told, real in servers.items():
        example = example.replace(told, real)
    names = {}
    exec(compile(example, "serving.md", "exec"), names)  # the point of the test
    if "images" in names:
        np.testing.assert_array_equal(names["images"], images(16))
    else:
        with Image.open(tmp_path / "three.png") as image:
            expected = images(2, labels=3, truncation=0.8)[0, ..., 0]
            np.testing.assert_array_equal(np.asarray(image), expected)


def test_the_page_has_an_example_for_each_protocol():
    assert [("urllib" in e, "grpc" in e) for e in blocks("python")] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_the_example_of_a_file_runs(tmp_path, monkeypatch):
    for package in FORMATS["onnx"].packages:
        pytest.importorskip(package, reason=f"{package} is not installed")
    gan = kgan.GAN(*kgan.models.mlp((28, 28, 1), latent_dim=64))
    gan.compile()
    monkeypatch.chdir(tmp_path)
    gan.export("digits.onnx", format="onnx", allow_untrained=True)
    names = {}
    exec(compile(blocks("python")[2], "serving.md", "exec"), names)
    assert names["images"].dtype == np.uint8
    assert names["images"].shape == (16, 28, 28, 1)


def test_curls_request_is_answered(servers):
    import urllib.request

    (command,) = commands("curl -d")
    _, _, body, url = shlex.split(command)
    for told, real in servers.items():
        url = url.replace(told, real)
    with urllib.request.urlopen(url, body.encode(), timeout=10) as answer:
        outputs = json.load(answer)["outputs"]
    assert [list(output) for output in outputs] == [["b64"], ["b64"]]


@pytest.mark.parametrize("command", commands("python scripts/serving_client.py"))
def test_the_clients_commands_run(command, servers, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    *_, rest, grpc = servers.values()
    server = grpc if "--protocol=grpc" in command else rest
    arguments = [*shlex.split(command)[2:], f"--server={server}"]
    assert serving_client.main(arguments) == 0
    (output,) = re.findall(r"--output=(\S+)|$", command)[:1]
    if output:
        assert (tmp_path / output).exists()
    else:
        assert "version 1: AVAILABLE" in capsys.readouterr().out


@pytest.mark.parametrize("command", commands("kgan "))
def test_every_flag_of_the_commands_is_known(command):
    _, name, *arguments = command.split()
    assert name in COMMANDS
    flags.parse(flags.new(_load(name).define), arguments)


def test_the_servers_configuration_is_one():
    (text,) = re.findall(r"```\n(model_config_list.*?)```", PAGE, re.DOTALL)
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    (model,) = config.model_config_list.config
    assert model.name == NAME
    wanted = model.model_version_policy.specific.versions
    assert set(model.version_labels.values()) <= set(wanted)


def test_what_was_measured_stands_there():
    assert len(re.findall(r"^\| `\w+` \| (?:1|64) \|.* ms ", PAGE, re.MULTILINE)) == 4
    files = re.findall(r"`--format=\w+(?: --int8)?` \| [\d,]+ \| [\d.e-]+ \|", PAGE)
    assert len(files) == 8
    assert not re.findall(r"^[A-Z]+$", PAGE, re.MULTILINE)


def test_files_and_links_are_there():
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", PAGE):
        assert (ROOT / "docs" / link).exists()
    for name in (warmup.PATH, batching.NAME, versions.MANIFEST):
        assert f"`{name}`" in PAGE


def test_every_signature_stands_on_the_page():
    loaded = tf.saved_model.load(MODEL / "1")
    rows = {
        re.findall(r"`(\w+)`", line)[0]: line
        for line in PAGE.splitlines()
        if line.startswith("| `") and line.count("|") == 4
    }
    for name, signature in loaded.signatures.items():
        for key, spec in signature.structured_input_signature[1].items():
            # Which inputs are numbers of requests stands in one place.
            if key not in ("labels",) and "the same" not in rows[name]:
                assert f"`{key}`" in rows[name]
                assert spec.dtype.name in rows[name]
        for key in signature.structured_outputs:
            assert f"`{key}`" in rows[name]
