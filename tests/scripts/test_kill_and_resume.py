"""A run that is killed and resumed ends as one that was left alone."""

import json
import pathlib
import random
import sys

import numpy as np

import kgan
from kgan.runs import directory

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import kill_and_resume
from kill_and_resume import Case


def test_two_kills_change_nothing(tmp_path, capsys):
    output = tmp_path / "kills.json"
    argv = ["--kills=2", "--in_write=1", "--steps=160", "--cases", "2"]
    argv += [f"--output={output}", f"--folder={tmp_path / 'runs'}"]
    assert kill_and_resume.main(argv) == 0
    (result,) = json.loads(output.read_text()).values()
    assert len(result["kills"]) == 2
    assert all(kill["newest_checkpoint"] < 160 for kill in result["kills"])
    assert result["variables_that_differ"] == []
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("float32-3-graph-160: kill 1: began at step 0, ")
    assert last.startswith("| float32 | 3 | no | 2 | ")
    # A second call reads what the first one wrote.
    assert kill_and_resume.main(argv) == 0
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_moments_lie_within_the_run_in_order():
    drawn = kill_and_resume.moments(20, 8, 1200, random.Random(0))
    steps = [moment["step"] for moment in drawn]
    assert len(drawn) == 20
    assert sum(moment["in_write"] for moment in drawn) == 8
    assert steps == sorted(steps)
    assert -1 <= steps[0] < 300
    assert 800 < steps[-1] < 1120
    assert drawn == kill_and_resume.moments(20, 8, 1200, random.Random(0))


def test_a_single_bit_makes_a_difference(tmp_path):
    generator, discriminator = kgan.models.mlp(
        (2,), latent_dim=2, generator_hidden=(4,), discriminator_hidden=(4,)
    )
    gan = kgan.GAN(generator, discriminator)
    gan.compile()
    first, second = tmp_path / "first.keras", tmp_path / "second.keras"
    directory.save(gan, first)
    assert kill_and_resume.differences(first, first) == []
    variable = gan.discriminator_optimizer.variables[-1]
    variable.assign(-np.asarray(variable))  # zeros: the sign alone differs
    gan.clock.position.assign(1)
    directory.save(gan, second)
    assert len(kill_and_resume.differences(first, second)) == 2


def test_all_cases_are_run():
    assert len(set(kill_and_resume.CASES)) == 8
    flags = Case("mixed_bfloat16", 3, True).flags()
    assert {
        "--precision=mixed_bfloat16",
        "--discriminator_steps=3",
        "--jit_compile=true",
    } <= set(flags)


def test_table_counts_kills_in_a_write():
    kills = [{"bytes_of_unfinished": size} for size in (0, 512, 0, 9000)]
    result = {
        "precision": "float32",
        "discriminator_steps": 3,
        "jit_compile": True,
        "kills": kills,
        "variables_that_differ": ["a"],
    }
    *_, row = kill_and_resume.table([result]).splitlines()
    assert row == "| float32 | 3 | yes | 4 | 2 | 1 |"
