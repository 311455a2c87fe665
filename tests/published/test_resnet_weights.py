import numpy as np
import published_translators as theirs
import pytest

from kgan.published import state_dict
from kgan.published.resnet_weights import ResNetWeights
from kgan.published.unpickler import Refused


def tensors(tmp_path, values):
    path = tmp_path / "net.pth"
    path.write_bytes(theirs.written(values))
    return state_dict.read(path)


@pytest.mark.parametrize("normalization", ["instance", "batch"])
@pytest.mark.parametrize(
    ("blocks", "antialiased", "dropout"),
    [(1, False, False), (6, False, True), (9, True, False), (2, True, True)],
)
def test_the_form_follows_from_names_and_shapes(
    tmp_path, normalization, blocks, antialiased, dropout
):
    case = theirs.ResNet(
        normalization,
        3,
        blocks=blocks,
        antialiased=antialiased,
        dropout=dropout,
    )
    found = ResNetWeights.read(tensors(tmp_path, case.tensors()))
    options = (3, 2, 3, blocks, antialiased, dropout, normalization)
    assert found == ResNetWeights(*options)
    shapes = {n: s for layer in found.layers() for n, s in layer.shapes()}
    expected = {n: np.shape(v) for n, v in case.tensors().items()}
    kept = ("tracked", "filt")
    assert shapes == {n: s for n, s in expected.items() if not n.endswith(kept)}
    assert found.filters().keys() == {n for n in expected if n.endswith("filt")}


def test_it_is_built_in_parts():
    network = ResNetWeights(3, 1, 2, 3, True, True, "batch").build(
        (8, 8), {"test_statistics": "moving"}
    )
    assert network.output_shape == (None, 8, 8, 1)
    assert network.encoder.get_layer("down_0_blur")
    assert network.encoder.get_layer("block_1_dropout").rate == 0.5
    assert network.encoder.get_layer("first_norm").test_statistics == "moving"


def test_other_networks_are_refused(tmp_path):
    case = theirs.ResNet(blocks=1).tensors()
    others = {n: v for n, v in case.items() if "conv_block" not in n}
    with pytest.raises(Refused, match="without residual blocks"):
        ResNetWeights.read(tensors(tmp_path, others))
    others = case | {"model.18.weight": np.ones(3)}
    with pytest.raises(Refused, match=r"model\.18\.weight is no kernel"):
        ResNetWeights.read(tensors(tmp_path, others))
