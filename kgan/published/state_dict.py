"""Weights in files of `torch.save`, as tensors by their names; nothing is executed."""

import math
import pathlib
import zipfile

from kgan.published import files, torch_tensors, unpickler
from kgan.published.unpickler import Refused, Source

# Of `torch.nn.DataParallel`, which holds the network.
_WRAPPER = "module."


def read(path: pathlib.Path) -> dict[str, torch_tensors.Tensor]:
    """Reads a file of `torch.save`, of any age, with nothing but the weights in it.

    Raises:
        FileNotFoundError: If there is no such file.
        Refused: If it holds anything else, in words what.
    """
    files.check("a file of weights", path)
    try:
        size = path.stat().st_size
        return _tensors(_loaded(path, size), size)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):
        raise Refused("a damaged ZIP archive") from None
    except unpickler.DAMAGE as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"a damaged file ({type(error).__name__})") from None


def _loaded(path, size):
    with path.open("rb") as file:
        beginning = file.read(len(torch_tensors.START))
        file.seek(0)
        if beginning[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(file) as archive:
                return torch_tensors.load_archive(archive, size)
        if not beginning:
            raise Refused("an empty file")
        if beginning != torch_tensors.START:
            raise Refused("a file that torch.save has not written")
        return torch_tensors.load_file(Source(file.read()))


def _tensors(found, size):
    """Returns the tensors of what a file of `size` bytes holds."""
    if type(found) is not dict or not found:
        raise Refused("a file of torch.save, and not of weights by their names")
    for name, value in found.items():
        if type(name) is not str or type(value) is not torch_tensors.Tensor:
            kind = unpickler.shown(type(value).__name__)
            raise Refused(
                "a file of torch.save with more than weights: "
                f"{unpickler.shown(str(name))} is a {kind}"
            )
    # Tensors may share numbers: copies of them would fill any memory.
    values = sum(math.prod(tensor.shape) for tensor in found.values())
    if values > size:
        raise Refused(f"a file of {size:,} bytes with {values:,} weights")
    return {name.removeprefix(_WRAPPER): tensor for name, tensor in found.items()}
