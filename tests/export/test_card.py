"""A card says what is true of its model."""

import dataclasses
import json
import re
import shlex
import urllib.parse

import pytest

from kgan.export import Provenance, card

FACTS = Provenance(
    recipe="ours",
    data="digits",
    settings={"loss": "hinge"},
    figures=(("By hand", {"coverage": 0.93142, "seconds": 45}),),
    license="CC-BY-4.0",
)


def text(gan, provenance=FACTS, averaged=True, name="model"):
    servable = gan.endpoints(averaged, discriminator=True, max_images=300)
    return card.text(name, gan, servable, provenance)


def test_header_is_what_model_hubs_read(trained):
    header = text(trained("images")).split("---\n")[1]
    assert 'license: "cc-by-4.0"' in header
    assert "library_name: kgan" in header
    assert 'datasets: ["digits"]' in header


def test_origin(trained):
    gan = trained("images")
    written = text(gan)
    for row in (
        "| recipe | ours |",
        "| data | digits |",
        "| license | CC-BY-4.0 |",
        "| training | 2 rounds of the game |",
        f"| weights | {gan.generator.count_params()}, averaged over the steps |",
        "| latents | 5, Normal prior |",
        "| loss | NonSaturating |",
        "| `coverage` | 0.9314 |",
        "| `seconds` | 45 |",
    ):
        assert row in written
    assert '"loss": "hinge"' in written
    assert "By hand:" in written
    assert "of the last step" in text(gan, averaged=False)


def test_what_is_not_known_is_said_to_be(trained):
    written = text(trained("images"), Provenance())
    assert 'license: "unknown"' in written
    assert "None were recorded" in written
    assert "datasets" not in written
    assert "All settings" not in written


@pytest.mark.parametrize("kind", ["images", "classes", "points"])
def test_every_signature_stands_there_with_all_it_takes_and_gives(
    trained, served, kind
):
    gan = trained(kind)
    rows = {
        cells[1].strip(" `"): cells[2:4]
        for cells in map(lambda line: line.split("|"), text(gan).splitlines())
        if len(cells) == 5
    }
    for name, signature in served(kind).items():
        takes, gives = rows[name]
        inputs = signature.structured_input_signature[1]
        assert set(re.findall(r"`(\w+)`", takes)) == set(inputs)
        for key, spec in inputs.items():
            assert f"`{key}` {spec.dtype.name}" in takes
        outputs = signature.structured_outputs
        assert set(re.findall(r"`(\w+)`", gives)) == set(outputs)
        for key, spec in outputs.items():
            assert f"`{key}` {spec.dtype.name}" in gives


@pytest.mark.parametrize("kind", ["images", "classes", "points"])
def test_the_example_asks_for_all_inputs(trained, served, kind):
    (body,) = re.findall(r"curl -d '(.*)'", text(trained(kind)))
    request = json.loads(body)
    signature = served(kind)[request["signature_name"]]
    assert set(request["inputs"]) == set(signature.structured_input_signature[1])


@pytest.mark.parametrize("name", ["my model", "größe", "$(true)", "it's"])
def test_commands_hold_any_name(trained, name):
    written = text(trained("images"), name=name)
    docker, curl = re.findall(r"```sh\n(.*?)```", written, re.DOTALL)
    words = shlex.split(docker.replace("\\\n", " "))
    assert f"MODEL_NAME={name}" in words
    assert words[words.index("-v") + 1].endswith(f":/models/{name}")
    *_, url = shlex.split(curl.replace("\\\n", " "))
    path = urllib.parse.unquote(urllib.parse.urlsplit(url).path)
    assert path == f"/v1/models/{name}:predict"


def test_what_kgan_reads_is_named_where_it_is_there(trained):
    line = "| `kgan.json` | "
    assert line in text(trained("images"))
    gan = trained("images")
    servable = dataclasses.replace(gan.endpoints(), record=None)
    assert line not in card.text("model", gan, servable, FACTS)


def test_a_notice_stands_in_the_origin(trained, monkeypatch):
    gan = trained("images")
    assert "| notice |" not in text(gan)
    monkeypatch.setattr(gan, "notice", "The license of its maker applies")
    written = text(gan, Provenance())
    assert "| notice | The license of its maker applies |" in written
    assert "trained in Python" not in written
    assert gan.endpoints().record["notice"] == gan.notice
