import numpy as np
import published_translators as theirs
import pytest

from kgan.published import state_dict
from kgan.published.unet_weights import UNetWeights
from kgan.published.unpickler import Refused


def tensors(tmp_path, case, **changed):
    path = tmp_path / "net.pth"
    path.write_bytes(theirs.written(case.tensors() | changed))
    return state_dict.read(path)


@pytest.mark.parametrize("normalization", ["instance", "batch"])
@pytest.mark.parametrize("depth", [3, 7])
def test_the_form_follows_from_names_and_shapes(tmp_path, normalization, depth):
    case = theirs.UNet(normalization, 1, (3, 2), depth=depth)
    found = UNetWeights.read(tensors(tmp_path, case))
    assert found == UNetWeights(3, 2, 1, depth, normalization)
    shapes = {n: s for layer in found.layers() for n, s in layer.shapes()}
    expected = {n: np.shape(v) for n, v in case.tensors().items()}
    assert shapes == {n: s for n, s in expected.items() if not n.endswith("tracked")}
    assert not found.filters()


def test_dropout_stands_where_the_scripts_have_it():
    network = UNetWeights(1, 1, 1, 8, "batch").build(
        (None, None), {"dropout_at_test": True}
    )
    found = [x.name for x in network.layers if "dropout" in x.name]
    assert found == ["up_5_dropout", "up_4_dropout", "up_3_dropout"]
    assert network.get_layer("up_5_dropout").at_test


def test_other_networks_are_refused(tmp_path):
    case = theirs.UNet(depth=2)
    with pytest.raises(Refused, match="a U-Net of two stages"):
        UNetWeights.read(tensors(tmp_path, case))
    changed = {UNetWeights.MARK: np.ones(3)}
    with pytest.raises(Refused, match=r"model\.model\.0\.weight is no kernel"):
        UNetWeights.read(tensors(tmp_path, theirs.UNet(depth=3), **changed))
