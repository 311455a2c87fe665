"""What the benchmark of translation plays on both sides; no test looks at its times."""

import dataclasses
import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import benchmark_translation as benchmark
from benchmarking import cases, measuring, tables, translation_profiles, worker


@pytest.fixture(scope="module", params=benchmark.GAMES)
def planned(request):
    """A small step of each game."""
    return small(request.param)


def small(game):
    return benchmark.plan(benchmark.recipe_of(game, 2, "instance", side=16, width=2))


class Blocks:
    """Orders one block of a step, and keeps what is reported."""

    def __init__(self):
        self.orders, self.reports = [1, 0], []

    def wait(self):
        return self.orders.pop(0)

    def report(self, seconds, **more):
        self.reports.append({"seconds": seconds, **more})


def played(side, planned, **choices):
    """Plays a block of one step; returns what plays it, and its report."""
    order = cases.order(cases.Case(side, **choices), planned)
    made, blocks = side_of(side)(order["case"], order["plan"]), Blocks()
    made.serve(blocks)
    (report,) = blocks.reports
    assert report["seconds"] > 0
    return made, report


def side_of(side):
    module, name = worker.SIDES[side]
    return getattr(pytest.importorskip(f"benchmarking.{module}"), name)


def test_recipes_are_of_the_networks_that_are_compared():
    unet = benchmark.recipe_of("pix2pix", 16, "instance", 64)
    assert (unet.generator, unet.generator_width, unet.generator_depth) == (
        *("unet", 64, 5),
    )
    assert benchmark.recipe_of("pix2pix", 1, "batch", 64).generator_depth == 6
    resnet = benchmark.recipe_of("cyclegan", 1, "instance", 64)
    assert (resnet.generator, resnet.generator_blocks) == ("resnet", 6)
    assert resnet.discriminator_depth == unet.discriminator_depth == 3


def test_weights_are_counted_by_player():
    recipe = benchmark.recipe_of("cyclegan", 1, "instance", 64)
    published = {"to_target": 7_837_699, "discriminator_target": 2_764_737}
    weights = benchmark.plan(recipe).weights
    assert {name: weights[name] for name in published} == published


def test_kgan_plays_its_game_on_a_batch_in_memory():
    planned = small("pix2pix")
    order = cases.order(benchmark.WAYS["kgan"], planned)
    side = side_of("translation")(order["case"], order["plan"])
    assert side.recipe.jit_compile == "auto"
    blocks = Blocks()
    side.serve(blocks)
    assert blocks.reports[0]["seconds"] > 0
    batch = next(iter(side.batches()))
    assert {name: x.shape for name, x in batch.items()} == dict.fromkeys(
        ("source", "target"), (2, 16, 16, 3)
    )


@pytest.mark.parametrize("way", [name for name in benchmark.WAYS if name != "kgan"])
def test_pytorch_plays_the_same_networks(planned, way):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    case = benchmark.WAYS[way]
    game, _ = played(case.side, planned, channels_last=case.channels_last)
    assert game.players.keys() == planned.weights.keys()
    assert all(np.isfinite(loss.item()) for loss in game.step())


def test_other_numbers_of_weights_are_refused(planned):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    player, count = next(iter(planned.weights.items()))
    other = dataclasses.replace(planned, weights=planned.weights | {player: count + 1})
    with pytest.raises(ValueError, match=f"{player} must have as many weights"):
        played("translation_torch", other)


def test_pytorch_translates_as_kgan_does(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from benchmarking import translation_torch_networks as networks

    import kgan

    recipe = benchmark.recipe_of("cyclegan", 1, "instance", 16, width=4)
    twin = networks.resnet(recipe, 3)
    # The authors' modules have one more level, and one within each block.
    tensors = {
        f"model.{name}".replace("within", "conv_block"): value
        for name, value in twin.state_dict().items()
    }
    torch.save(tensors, tmp_path / "latest_net_G.pth")
    ours = kgan.models.load_translator(tmp_path / "latest_net_G.pth")
    images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 3)).astype("float32")
    with torch.no_grad():
        theirs = twin(torch.tensor(images.transpose(0, 3, 1, 2))).numpy()
    np.testing.assert_allclose(
        ours(images), theirs.transpose(0, 2, 3, 1), rtol=0, atol=1e-4
    )


def result(*seconds):
    return measuring.Result(steps=1, seconds=list(seconds), peak=1000.4)


def test_rows_compare_with_kgan_within_a_turn():
    results = {"kgan": result(0.1, 0.4, 0.1), "PyTorch": result(0.2, 0.6, 0.1)}
    ours, theirs = benchmark.rows_of("pix2pix", 4, results)
    assert ours == ["pix2pix, batch 4", "kgan", "100", "40.0", "1.00", "1,000"]
    assert theirs[2:5] == ["200", "20.0", "1.50"]
    assert tables.table(benchmark.HEAD, [ours, theirs]).count("pix2pix") == 2


def test_a_way_that_fails_is_an_error():
    results = {"kgan": result(0.1), "PyTorch": measuring.Result(failure="No torch.")}
    with pytest.raises(RuntimeError, match="pix2pix, PyTorch: No torch"):
        benchmark.rows_of("pix2pix", 1, results)


def test_operations_are_told_apart_by_name():
    spent = {
        "_MklNativeConv2DBackpropInput": 1.0,
        "aten::convolution_backward": 2.0,
        "adam": 4.0,
        "MirrorPad": 8.0,
        "Mean": 16.0,
        "Mul": 32.0,
    }
    assert list(translation_profiles.by_kind(spent).values()) == [3, 4, 8, 16, 32]


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ("generator_1/down_0/convolution:_MklNativeConv2D", "_MklNativeConv2D"),
        ("adam_1/ResourceApplyAdam_5:ResourceApplyAdam", "adam"),
        ("ExecutorState::Process", None),
        ("EagerExecute: __inference_train_step_3509", None),
        ("Thread", None),
    ],
)
def test_events_that_are_no_operations_do_not_count(event, found):
    assert translation_profiles.operation(event) == found
