"""The client of TensorFlow Serving saves the images that kgan itself generates."""

import contextlib
import functools
import json
import pathlib
import subprocess
import sys
import urllib.error
import urllib.request

import grpc
import numpy as np
import pytest
import stand_in_servers
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from kgan.callbacks import grid

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import serving_client
from serving import pictures

SCRIPTS = pathlib.Path(__file__).parents[2] / "scripts"
BOTH = pytest.mark.parametrize("protocol", ["rest", "grpc"])
OF_IMAGES = pytest.mark.parametrize("signature", ["generate", "generate_png"])
BATCHING = pytest.mark.parametrize("batching", [False, True])
LABELS = [([], None), (["--labels=2"], 2), (["--labels=2,0,1,1"], [2, 0, 1, 1])]


@BOTH
@OF_IMAGES
def test_images_are_those_of_generate(protocol, signature, ask, gans):
    flags = ["--num_images=5", "--seed=9007199254740993", "--truncation=0.7"]
    saved = ask(protocol, "rgb", f"--signature={signature}", *flags)
    wanted = gans["rgb"][1].generate(5, seed=9007199254740993, truncation=0.7)
    np.testing.assert_array_equal(saved, wanted)


@BOTH
@OF_IMAGES
@BATCHING
@pytest.mark.parametrize(("flags", "labels"), LABELS)
def test_images_of_classes(protocol, signature, batching, flags, labels, ask, gans):
    flags = [f"--signature={signature}", "--num_images=4", "--seed=7", *flags]
    saved = ask(protocol, "classes", *flags, batching=batching)
    wanted = gans["classes"][0].generate(4, seed=7, labels=labels)
    np.testing.assert_array_equal(saved, wanted)


@BOTH
@BATCHING
def test_a_walk_is_that_of_interpolate(protocol, batching, ask, gans):
    flags = ["--signature=interpolate", "--seed=3", "--second_seed=8", "--steps=6"]
    flags += ["--labels=1", "--truncation=0.5"]
    saved = ask(protocol, "classes", *flags, batching=batching)
    wanted = gans["classes"][0].interpolate(3, 8, steps=6, label=1, truncation=0.5)
    np.testing.assert_array_equal(saved, wanted)


@BOTH
@pytest.mark.parametrize("model", ["rgb", "classes"])
def test_a_walk_without_labels(protocol, model, ask, gans):
    saved = ask(protocol, model, "--signature=interpolate", "--steps=3")
    np.testing.assert_array_equal(saved, gans[model][-1].interpolate(0, 1, steps=3))


@BOTH
def test_a_grid_is_that_of_kgan(protocol, arguments, gans, pixels, tmp_path, capsys):
    output = tmp_path / "new" / "grid.png"
    flags = arguments(protocol, "rgb", "--num_images=7", f"--output={output}")
    assert serving_client.main(flags) == 0
    assert capsys.readouterr().out == f"7 images in {output}\n"
    np.testing.assert_array_equal(pixels(output), grid(gans["rgb"][1].generate(7)))
    assert [path.name for path in output.parent.iterdir()] == ["grid.png"]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pictures_of_all_channels_are_saved(channels, pixels, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 70, 9, channels), np.uint8)
    pictures.write(tmp_path, images)
    for index, image in enumerate(images):
        saved = pixels(tmp_path / f"image-{index:06d}.png")
        np.testing.assert_array_equal(saved, image)
    if channels != 2:
        np.testing.assert_array_equal(pictures.grid(images), grid(images))


def test_what_a_server_fills_up_is_cut_off():
    image = [[[1], [2]]]
    answer = [[image, image, [[[0], [0]]]], [image]]
    found = pictures.read("images", answer, 2, joined=True)
    np.testing.assert_array_equal(found, [image, image])


@BOTH
def test_a_version_that_is_asked_for(protocol, ask, gans):
    old, new = (gan.generate(2) for gan in gans["rgb"])
    saved = ask(protocol, "rgb", "--num_images=2", "--version=1")
    np.testing.assert_array_equal(saved, old)
    assert (old != new).any()


@pytest.fixture
def labeled(served, seen):
    """Starts a server of a protocol whose older version has a label."""
    servers = {
        "rest": functools.partial(stand_in_servers.rest_server, seen=seen),
        "grpc": stand_in_servers.grpc_server,
    }
    with contextlib.ExitStack() as stack:

        def start(protocol):
            make, labels = servers[protocol], {"stable": 1, "a b/c": 1}
            return stack.enter_context(make(served / "rgb", "rgb", labels=labels))

        yield start


@BOTH
@pytest.mark.parametrize("label", ["stable", "a b/c"])
def test_a_label_that_is_asked_for(protocol, label, labeled, ask, gans):
    flags = ["--num_images=2", f"--label={label}"]
    saved = ask(protocol, "rgb", *flags, server=labeled(protocol))
    np.testing.assert_array_equal(saved, gans["rgb"][0].generate(2))


@BOTH
def test_the_state_of_a_labels_version(protocol, labeled, arguments, capsys):
    flags = ["--status", "--label=stable"]
    flags = arguments(protocol, "rgb", *flags, server=labeled(protocol))
    assert serving_client.main(flags) == 0
    assert capsys.readouterr().out == "version 1: AVAILABLE\n"


@BOTH
@pytest.mark.parametrize("flags", [[], ["--status"]])
def test_a_label_that_no_version_has(protocol, flags, labeled, fails):
    server = labeled(protocol)
    said = fails(protocol, "rgb", "--label=new", *flags, server=server)
    kind = {"rest": "400 Bad Request", "grpc": "INVALID_ARGUMENT"}[protocol]
    words = "Unrecognized servable version label: new"
    assert said == f"The server answered {kind}: {words}"


def test_paths_of_labels(labeled, ask, arguments, seen):
    server = labeled("rest")
    ask("rest", "rgb", "--label=stable", server=server)
    paths = ["/metadata", ":predict", "/metadata", ""]
    flags = arguments("rest", "rgb", "--status", "--label=stable", server=server)
    assert serving_client.main(flags) == 0
    asked = [path for _, path, _ in seen[-4:]]
    assert asked == [f"/v1/models/rgb/labels/stable{path}" for path in paths]


def test_the_largest_seed(ask, gans):
    saved = ask("rest", "rgb", "--num_images=2", f"--seed={2**62 - 1}")
    np.testing.assert_array_equal(saved, gans["rgb"][1].generate(2, seed=2**62 - 1))


@BOTH
def test_states_of_versions(protocol, arguments, capsys):
    flags = arguments(protocol, "rgb", "--status")
    assert serving_client.main(flags) == 0
    said = capsys.readouterr().out
    assert said == "version 2: AVAILABLE\nversion 1: AVAILABLE\n"
    assert serving_client.main([*flags, "--version=1"]) == 0
    assert capsys.readouterr().out == "version 1: AVAILABLE\n"


def test_json_is_what_is_documented(ask, seen):
    seen.clear()
    ask("rest", "classes", "--num_images=4", "--seed=7")
    inputs = {"num_images": 4, "seed": 7, "labels": -1, "truncation": 1.0}
    body = {"signature_name": "generate_png", "inputs": inputs}
    assert seen == [
        ("GET", "/v1/models/classes/metadata", None),
        ("POST", "/v1/models/classes:predict", body),
    ]


def test_json_of_a_walk_of_a_version(ask, seen):
    flags = ["--version=2", "--signature=interpolate", "--seed=3", "--steps=5"]
    ask("rest", "rgb", *flags, "--truncation=0.25")
    inputs = {"steps": 5, "first_seed": 3, "second_seed": 1, "truncation": 0.25}
    body = {"signature_name": "interpolate", "inputs": inputs}
    assert seen[-1] == ("POST", "/v1/models/rgb/versions/2:predict", body)


def test_json_of_requests_that_are_joined(ask, seen):
    ask("rest", "classes", "--num_images=3", "--labels=0,2,1", batching=True)
    assert seen[-1][2]["inputs"] == {
        "num_images": [3],
        "seed": [0],
        "labels": [[0, 2, 1]],
        "truncation": [1.0],
    }


WRONG = [
    (["--signature=paint"], "invalid choice: 'paint'"),
    (["--protocol=soap"], "invalid choice: 'soap'"),
    (["--num_images=0"], "must be an integer in [1, 2**31). Received: 0"),
    (["--num_images=4294967296"], "must be an integer in [1, 2**31)"),
    (["--num_images=" + 5000 * "9"], "must be an integer in [1, 2**31)"),
    (["--steps=1"], "must be an integer in [2, 2**31). Received: 1"),
    (["--steps=4"], "--steps is not for --signature=generate_png"),
    (["--signature=generate", "--second_seed=1"], "is not for --signature=generate"),
    (["--signature=interpolate", "--num_images=16"], "--num_images is not for"),
    (["--seed=-1"], "must be an integer in [0, 2**62). Received: -1"),
    ([f"--seed={2**62}"], "--seed: must be an integer in [0, 2**62)"),
    ([f"--second_seed={2**62}"], "--second_seed: must be an integer in [0, 2**62)"),
    (["--label=a", "--version=1"], "--version: not allowed with argument --label"),
    (["--label="], "--label must not be empty"),
    (["--labels=one"], "--labels: must be an integer in [-1, 2**31). Received: one"),
    (["--labels=1,"], "--labels: must be an integer in [-1, 2**31). Received:"),
    (["--truncation=much"], "--truncation: invalid float value: 'much'"),
    (["--timeout=0"], "--timeout: must be a number in (0, 86400]. Received: 0"),
    (["--timeout=1e300"], "must be a number in (0, 86400]. Received: 1e300"),
    (["--timeout=86401"], "must be a number in (0, 86400]. Received: 86401"),
    (["--timeout=nan"], "must be a number in (0, 86400]. Received: nan"),
    (["--timeout=soon"], "must be a number in (0, 86400]. Received: soon"),
    (["--output=grid.jpg"], "--output must be a folder or a .png"),
    (["--server="], "--server must be host:port"),
    (["--server=host"], "--server must be host:port"),
    (["--server=host:port"], "--server must be host:port"),
    (["--server=ftp://host:1"], "--server must be host:port"),
    (["--protocol=grpc", "--server=http://host:1"], "--server must be host:port"),
    (["--num=4"], "unrecognized arguments: --num=4"),
]


def _wrong(flags, capsys):
    """Returns the one line that is said of wrong flags."""
    with pytest.raises(SystemExit) as ended:
        serving_client.main(flags)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    return line


@pytest.mark.parametrize(("flags", "said"), WRONG, ids=lambda value: str(value)[:30])
def test_wrong_flags(flags, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert said in _wrong(["--model=digits", "--output=images", *flags], capsys)
    assert list(tmp_path.iterdir()) == []


def test_flags_that_are_missing(capsys):
    assert "required: --model" in _wrong(["--output=images"], capsys)
    said = _wrong(["--model=digits"], capsys)
    assert "one of --output and --status is needed" in said


def test_addresses():
    rest = ("a:1", "[::1]:1", "http://a", "https://a:1/behind/a/proxy")
    assert all(serving_client.is_address(server, url=True) for server in rest)
    assert serving_client.is_address("a:1", url=False)
    for server in ("", ":1", "a", "a:x", "a:99999", "a:1/b", "http://", "http://a?b"):
        assert not serving_client.is_address(server, url=True)


def test_a_program_of_its_own_needs_neither_kgan_nor_tensorflow(arguments, tmp_path):
    flags = arguments("rest", "rgb", f"--output={tmp_path}", "--num_images=2")
    code = (
        "import sys; sys.modules.update(kgan=None, tensorflow=None, grpc=None)"
        f"; sys.path.insert(0, {str(SCRIPTS)!r}); import serving_client"
        f"; sys.exit(serving_client.main({flags!r}))"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
    assert len(list(tmp_path.iterdir())) == 2


def _post(url, inputs):
    """Returns status and JSON of a request as others than the client send it."""
    body = {"signature_name": "generate", **inputs}
    request = urllib.request.Request(
        f"{url}/v1/models/classes:predict", json.dumps(body).encode()
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_rows_over_rest(address, gans):
    (gan,) = gans["classes"]
    rows = [
        {"num_images": count, "seed": count, "labels": -1, "truncation": 1}
        for count in (3, 2)
    ]
    url = address("rest", "classes")
    code, answer = _post(url, {"instances": rows})
    assert code == 200
    first, second = np.array(answer["predictions"])
    np.testing.assert_array_equal(first, gan.generate(3, seed=3))
    np.testing.assert_array_equal(second[:2], gan.generate(2, seed=2))
    assert not second[2].any()
    del rows[1]["labels"]
    code, answer = _post(url, {"instances": rows})
    assert code == 400
    assert "keys must be equal to: labels,num_images,seed" in answer["error"]


INPUTS = {"num_images": 4, "seed": 7, "labels": 1, "truncation": 1.0}
REFUSED = [
    ({"num_images": 4.0}, "JSON Value: 4.0 is not of expected type: int32"),
    ({"num_images": 2**31}, "is not of expected type: int32"),
    ({"seed": True}, "JSON Value: true is not of expected type: int64"),
    ({"truncation": "1"}, "is not of expected type: float32"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_what_rest_refuses(change, said, address):
    code, answer = _post(address("rest", "classes"), {"inputs": INPUTS | change})
    assert code == 400
    assert said in answer["error"]


@pytest.mark.parametrize("name", ["labels", "truncation"])
def test_rest_takes_no_defaults(name, address):
    inputs = {key: value for key, value in INPUTS.items() if key != name}
    code, answer = _post(address("rest", "classes"), {"inputs": inputs})
    assert code == 400
    assert f"Missing named input: {name}" in answer["error"]


def test_grpc_takes_defaults_of_inputs_that_are_left_out(address, gans):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "classes"
    request.model_spec.signature_name = "generate"
    request.inputs["num_images"].CopyFrom(tf.make_tensor_proto(4, tf.int32))
    with grpc.insecure_channel(address("grpc", "classes")) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        with pytest.raises(grpc.RpcError, match="no default value provided"):
            stub.Predict(request)
        request.inputs["seed"].CopyFrom(tf.make_tensor_proto(7, tf.int32))
        with pytest.raises(grpc.RpcError, match="seed to be int64 but int32"):
            stub.Predict(request)
        request.inputs["seed"].CopyFrom(tf.make_tensor_proto(7, tf.int64))
        answer = stub.Predict(request)
    assert answer.model_spec.version.value == 1
    images = tf.make_ndarray(answer.outputs["images"])
    np.testing.assert_array_equal(images, gans["classes"][0].generate(4, seed=7))
