"""Networks in the pickles of NVIDIA's PyTorch releases, as records."""

import dataclasses
import math
import pathlib
import zipfile

from kgan.published import files, numpy_values, torch_tensors, unpickler
from kgan.published.unpickler import Refused, Source

# Modules within modules: a hostile file may hold one within itself.
_DEPTH = 16
# Of a tensor, with those of all modules around it: "synthesis.b1024.conv0.affine.bias".
_LONGEST_NAME = 100
# A checkpoint of `torch.save` names its tensors before their values.
_BEGINNING = 2**24


class Persistent:
    """Stands for an object of `torch_utils.persistence`, whose source is not executed.

    Args:
        meta: Its class' name, its state, and the source of its module.
    """

    def __init__(self, meta):
        self.class_name, self.state = meta["class_name"], meta["state"]
        if type(self.class_name) is not str or type(self.state) is not dict:
            raise TypeError


def _of_tensorflow(*_):
    raise Refused(
        "a pickle of the TensorFlow releases, whose networks have another form; "
        "`legacy.py` of NVIDIA's PyTorch release writes them anew"
    )


NAMES = {
    **numpy_values.NAMES,
    **torch_tensors.NAMES,
    "torch_utils.persistence._reconstruct_persistent_obj": Persistent,
    "dnnlib.util.EasyDict": unpickler.dictionary,
    "dnnlib.tflib.network.Network": _of_tensorflow,
}


@dataclasses.dataclass(frozen=True)
class Network:
    """A published network.

    Attributes:
        class_name: Name of its class.
        arguments: Positional arguments of its constructor, a tuple.
        options: The other ones, by name.
        tensors: `Tensor` of parameters and buffers, by names as `"b4.conv.weight"`.
        modules: Names of all modules in it.
        values: Numbers that its modules keep, and None, by dotted names alike.
    """

    class_name: str
    arguments: tuple
    options: dict
    tensors: dict
    modules: frozenset
    values: dict

    @classmethod
    def of(cls, found: Persistent) -> "Network":
        """Returns the network that an object of `torch_utils.persistence` is."""
        parts = _Parts()
        parts.add(found)
        return cls(
            found.class_name,
            tuple(found.state.get("_init_args", ())),
            dict(found.state.get("_init_kwargs", {})),
            parts.tensors,
            frozenset(parts.modules),
            parts.values,
        )


class _Parts:
    """What the modules of a network hold, by dotted names."""

    def __init__(self):
        self.tensors, self.modules, self.values = {}, set(), {}
        self.seen = set()

    def add(self, module, path="", depth=_DEPTH):
        """Adds what a module and those in it hold."""
        if depth == 0:
            raise Refused("a pickle whose modules hold each other")
        for name, value in self.named(module.state, path):
            if type(value) in (int, float, type(None)):
                self.values[name] = value
        for kind in ("_parameters", "_buffers"):
            for name, tensor in self.named(module.state.get(kind), path):
                if tensor is not None:
                    if type(tensor) is not torch_tensors.Tensor:
                        raise Refused(f"a pickle whose {name} is no tensor")
                    self.tensors[name] = tensor
        for name, inner in self.named(module.state.get("_modules"), path):
            if type(inner) is not Persistent:
                continue  # of PyTorch's own: none of StyleGAN2's networks has one
            self.modules.add(name)
            self.add(inner, f"{name}.", depth - 1)

    def named(self, held, path):
        """Yields `(dotted name, value)` of a dictionary, which no other module has."""
        if held is None:
            return
        if id(held) in self.seen:
            raise Refused("a pickle whose modules hold each other, or the same")
        self.seen.add(id(held))
        for name, value in held.items():
            if len(path) + len(name) > _LONGEST_NAME:
                raise Refused(
                    f"a pickle with a name of more than {_LONGEST_NAME} letters"
                )
            yield f"{path}{name}", value


def read(path: pathlib.Path) -> dict:
    """Reads the networks of a pickle: `Network` by the name that the file has for it.

    Raises:
        FileNotFoundError: If there is no such file.
        Refused: If it holds anything else, in words what.
    """
    files.check("a pickle of networks", path)
    with path.open("rb") as file:
        _check_form(path, file.read(_BEGINNING))
        file.seek(0)
        data = file.read()
    try:
        return _networks(unpickler.load(Source(data), NAMES), len(data))
    except unpickler.DAMAGE as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"a damaged pickle ({type(error).__name__})") from None


def _networks(found, size):
    """Returns the networks in what a pickle of `size` bytes holds."""
    if type(found) is not dict:
        kind = type(found)
        what = found.class_name if kind is Persistent else kind.__name__
        raise Refused(
            f"a pickle of a {unpickler.shown(what)}, and not of G, D and G_ema"
        )
    networks = {
        name: Network.of(value)
        for name, value in found.items()
        if name in ("G", "D", "G_ema") and type(value) is Persistent
    }
    for name, network in networks.items():
        # Tensors may share numbers: copies of them would fill any memory.
        values = sum(math.prod(t.shape) for t in network.tensors.values())
        if values > size:
            raise Refused(
                f"a pickle of {size:,} bytes whose {name} has {values:,} weights"
            )
    return networks


def _check_form(path, data):
    """Raises `Refused` if a file is no pickle, by its first 16 MiB."""
    if not data:
        raise Refused("an empty file")
    if data[:2] == b"\x1f\x8b":
        raise Refused("a gzipped file: unpack it first")
    if data[:4] == b"PK\x03\x04":
        raise Refused(_archive(path))
    if data.startswith(torch_tensors.START):
        raise Refused(_checkpoint(data))
    if data[:1] != b"\x80":
        raise Refused("a file that is no pickle")


def _archive(path):
    """Returns what a ZIP archive is."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith("data.pkl"):
                    if entry.file_size > _BEGINNING:
                        break
                    return _checkpoint(archive.read(entry))
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError):
        return "a damaged ZIP archive"
    return "a ZIP archive"


def _checkpoint(data):
    """Returns what a file of `torch.save` is."""
    if b"g_ema" in data and b"latent_avg" in data:
        return "a checkpoint of rosinality's stylegan2-pytorch"
    return "a checkpoint of torch.save"
