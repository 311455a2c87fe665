"""Flags of StyleGAN's programs are answered with what kgan has, as the page says."""

import importlib
import pathlib
import re

import pages
import pytest

from kgan import metrics
from kgan.cli import command, flags, main, stylegan_words

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "stylegan_words.md").read_text("utf-8")
PAIRS = [(name, flag) for name, words in stylegan_words.WORDS.items() for flag in words]


@pytest.fixture(scope="module")
def known():
    """The flags of each command by its name."""
    return {
        name: set(command.flags_of(importlib.import_module(f"kgan.cli.{name}"), []))
        for name in command.COMMANDS
    }


@pytest.mark.parametrize(("name", "flag"), PAIRS)
def test_each_flag_is_answered_by_flags_that_there_are(name, flag, known):
    answer = stylegan_words.answers(name)[flag]
    assert answer.startswith(f"StyleGAN's --{flag} ")
    named = {*re.findall(r"--(\w+)", answer.partition(f"--{flag} ")[2])}
    assert named <= known[name] | known["data"]
    assert flag not in known[name]
    assert f"`--{flag}" in PAGE


@pytest.mark.parametrize(
    ("argv", "answer"),
    [
        ("train --kimg=5", "--kimg is --steps: 1000 * kimg / batch_size"),
        (
            "train --gamma 10",
            '--gamma is the weight of R1: --penalties=\'[{"name": "r1"',
        ),
        ("train --batch_gpu=4", "--batch-gpu is --micro_batches"),
        ("train --nhwc=1", "--nhwc has no counterpart"),
        ("generate --network=a.pkl --seeds=1", "--network is --model"),
        ("generate --trunc=0.7", "--trunc is --truncation"),
        ("evaluate --mirror=1", "--mirror has no counterpart: real images"),
        ("data --transform=center-crop", "--transform is --crop: center"),
        ("data --resize-filter=box", "--resize-filter has no counterpart"),
        ("push --network=a.pkl", "--network is --model"),
    ],
)
def test_a_flag_of_stylegan_is_answered_in_a_line(argv, answer, capsys):
    assert main(argv.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"kgan {argv.split()[0]}: StyleGAN's {answer}")
    assert error.count("\n") == 1


def test_other_flags_are_answered_as_before(capsys):
    for argv in (["train", "--max-images=3"], ["recipes", "--kimg=3"]):
        assert main(argv) == 2
        assert "The flags are" in capsys.readouterr().err.replace(
            "the flags", "The flags"
        )


def test_flags_that_both_have_are_read():
    argv = ["--mirror=1", "--conditional=0", "--seed=3", "--metrics=fid", "--dry_run"]
    pages.check_flags("kgan train " + " ".join(argv))
    values = command.flags_of(importlib.import_module("kgan.cli.train"), argv)
    flags.parse(values, argv)
    assert (values.mirror, values.conditional) == (True, False)


@pytest.mark.parametrize("line", pages.commands(PAGE))
def test_the_commands_of_the_page_are_known(line):
    pages.check_flags(line)


def test_links_of_the_page_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE)
    assert links
    assert not [link for link in links if not (ROOT / "docs" / link).exists()]


@pytest.mark.parametrize("name", ["fid50k_full", "kid50k", "pr50k3_full", "is50k"])
def test_names_of_metrics_are_answered(name):
    with pytest.raises(ValueError, match=rf"StyleGAN's {name} is \w+ here, of 50,000"):
        metrics.get(name)
    ours = metrics.registry._OF_STYLEGAN[name]
    assert metrics.get(ours).figures


def test_metrics_of_the_page_are_ours():
    for names in re.findall(r"--metrics=([\w,]+)", PAGE.partition("```sh")[2]):
        for name in names.split(","):
            if name not in metrics.registry._OF_STYLEGAN:
                assert metrics.get(name)
    example = re.search(r"`(kgan\.metrics\.PrecisionRecall\(.*?\)\))`", PAGE)[1]
    assert example.startswith("kgan.metrics.PrecisionRecall(features=kgan.metrics.feat")
    assert hasattr(metrics.features, "Application")
