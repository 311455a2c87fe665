"""Models on the Hugging Face Hub, by addresses as in `hf://user/name`.

What lies there is what `keras.models.load_model("hf://user/name")` reads, with a card
of the model. The token is huggingface_hub's: `HF_TOKEN`, or that of `hf auth login`.
`HF_ENDPOINT` names another Hub.
"""

import contextlib
import functools
import pathlib
import tempfile

import keras

from kgan.core import extras
from kgan.engine import saving
from kgan.export import hub_card
from kgan.export.endpoints import Servable
from kgan.export.provenance import Provenance
from kgan.export.servable import check_weights

PREFIX = "hf://"
CARD, CONFIG = "README.md", "config.json"
# What a model is loaded from, and what a run records beside it; no pictures.
_READ = ("*.json", "*.h5", "*.npz", "assets/*")


def is_address(path) -> bool:
    """Returns whether a path is an address on the Hub."""
    return str(path).startswith(PREFIX)


def repository(address: str) -> str:
    """Returns `user/name` of the address `hf://user/name`.

    Raises:
        ValueError: If it is no such address.
    """
    found = str(address).removeprefix(PREFIX)
    if not is_address(address) or [bool(p) for p in found.split("/")] != [True, True]:
        raise ValueError(
            f"A model on the Hub must be hf://USER/NAME. Received: {address}"
        )
    return found


def push(
    game: keras.Model,
    address: str,
    *,
    private: bool | None = None,
    license: str | None = None,
    message: str = "Push a model of kgan",
    provenance: Provenance | None = None,
    files: dict | None = None,
) -> str:
    """Writes a model to the Hugging Face Hub, with a card, in one commit.

    The repository is made where there is none; files of equal names are replaced.
    `gan.save("hf://user/name")` does the same.

    Args:
        game: A game, such as a `kgan.GAN`.
        address: `hf://user/name`.
        private: Whether others may not see a repository that is made now. None: as the
            user or organisation has set on the Hub.
        license: Under what terms the model may be used, as the Hub names them:
            "apache-2.0", "cc-by-4.0", ... None: that of `provenance`, or "unknown".
        message: The commit's first line.
        provenance: A `Provenance` for the card.
        files: Further files, by their names there: paths, or bytes. The card shows PNG
            files.

    Returns:
        The address of the model's page, an https URL.

    Raises:
        ValueError: If the address or the license is wrong, weights are not finite, or
            `game` is no model that Keras saves.
        ImportError: If huggingface_hub is not installed: `pip install "kgan[hub]"`.
        OSError: If the Hub does not answer, or refuses.
    """
    client, name = require_client(), repository(address)
    if not isinstance(game, keras.Model):
        kind = type(game).__name__
        raise ValueError(f"`game` must be a keras.Model. Received: a {kind}")
    check_weights([game])
    game.begin_averages()
    endpoints = game.endpoints if game.compiled else dict
    try:
        servable = Servable.of(game, endpoints())
    except ValueError:  # it serves nothing
        servable = Servable.of(game, {})
    provenance, files = provenance or Provenance(), dict(files or {})
    card = hub_card.text(name, game, servable, provenance, license, sorted(files))
    with tempfile.TemporaryDirectory() as name_of_folder:
        keras.saving.save_model(game, name_of_folder, zipped=False)
        folder = pathlib.Path(name_of_folder)
        for path in folder.rglob("*"):
            if path.is_file():
                files[path.relative_to(folder).as_posix()] = path
        files[CARD] = card.encode()
        with _asking(address):
            # Before anything is made there.
            client.ModelCard(card).validate()
            api = client.HfApi(library_name="kgan")
            made = api.create_repo(name, private=private, exist_ok=True)
            api.create_commit(
                name,
                [client.CommitOperationAdd(n, f) for n, f in sorted(files.items())],
                commit_message=message,
            )
    fetch.cache_clear()
    return str(made)


@functools.cache
def fetch(address: str) -> pathlib.Path:
    """Returns a folder with the model of an address, as huggingface_hub keeps it.

    It asks the Hub once a process. Where the Hub does not answer, what was fetched
    before counts.

    Raises:
        ValueError: If the address is wrong, or there is no Keras model.
        ImportError: If huggingface_hub is not installed: `pip install "kgan[hub]"`.
        OSError: If the Hub does not answer, refuses, or has no such model.
    """
    client, name = require_client(), repository(address)
    with _asking(address):
        folder = client.snapshot_download(
            name, allow_patterns=list(_READ), library_name="kgan"
        )
    folder = pathlib.Path(folder)
    if not (folder / CONFIG).is_file():
        raise ValueError(
            f"{address} must hold a Keras model, as `kgan push` writes it: it has no "
            f"{CONFIG}"
        )
    return folder


def require_client():
    """Returns the module `huggingface_hub`.

    Raises:
        ImportError: If it is not installed.
    """
    return extras.require("huggingface_hub", "hub", "A model on the Hugging Face Hub")


@contextlib.contextmanager
def _asking(address):
    """Raises what the Hub's client raises as one sentence."""
    from huggingface_hub import constants, errors, get_token

    try:
        yield
    except (errors.HfHubHTTPError, ValueError) as error:
        raise _refused(address, error, get_token()) from error
    except Exception as error:  # its transports, HTTP and Xet, have errors of their own
        cause = error.__cause__ or error  # the client says little of its own
        raise ConnectionError(
            f"Asking the Hub at {constants.ENDPOINT} for {address} failed: "
            f"{type(cause).__name__}: {_first_line(cause)}"
        ) from error


def _refused(address, error, token):
    status = getattr(getattr(error, "response", None), "status_code", None)
    by = "HF_TOKEN, or the one that `hf auth login` stores"
    if status in (401, 403) and token is None:
        return PermissionError(
            f"The Hub wants a token for {address}: {by}. Received: none"
        )
    if status in (401, 403):
        return PermissionError(
            f"The Hub refused the token for {address} ({status}): {by}, must be one "
            "that has access"
        )
    if status == 404:
        return FileNotFoundError(
            f"The Hub must have the model {address}. It has none, or a private one "
            f"without a token that has access: {by}"
        )
    kind = ValueError if isinstance(error, ValueError) else OSError
    return kind(f"The Hub refused {address}: {' '.join(str(error).split())}")


def _first_line(error):
    return str(error).strip().partition("\n")[0]


def _save(game, address, overwrite=True, zipped=None, **options):
    """Pushes in place of `keras.Model.save`, whose arguments have no meaning there."""
    push(game, address, **options)


saving.PLACES[PREFIX] = _save
