"""Asks TensorFlow Serving for images of an exported model, and saves them.

    python scripts/serving_client.py --model=digits --num_images=16 --output=images
    python scripts/serving_client.py --model=digits --labels=3 --output=threes.png
    python scripts/serving_client.py --model=digits --protocol=grpc \\
        --signature=interpolate --seed=3 --second_seed=8 --steps=24 --output=walk
    python scripts/serving_client.py --model=digits --status

This file and the folder `serving` beside it need neither kgan nor, over REST, anything
but NumPy and Pillow; gRPC needs the package `tensorflow-serving-api`. The exit status
is 0 where the images were saved, 1 where they were not, and 2 for wrong flags.
"""

import argparse
import contextlib
import importlib
import pathlib
import re
import sys
import urllib.parse

from serving import pictures
from serving.deadline import Deadline
from serving.failures import Failure

PROTOCOLS = {"rest": "serving.by_rest", "grpc": "serving.by_grpc"}


def by_seed(flags) -> tuple:
    """Returns the inputs that `generate` has, and how many images they ask for."""
    return {"num_images": flags.num_images, "seed": flags.seed}, flags.num_images


def by_seeds(flags) -> tuple:
    """Returns the inputs that `interpolate` has, and how many images they ask for."""
    seeds = {"first_seed": flags.seed, "second_seed": flags.second_seed}
    return {"steps": flags.steps, **seeds}, flags.steps


SIGNATURES = {"generate": by_seed, "generate_png": by_seed, "interpolate": by_seeds}
# Flags of some signatures only, with their defaults.
DEFAULTS = {by_seed: {"num_images": 16}, by_seeds: {"second_seed": 1, "steps": 16}}
LONGEST_TIMEOUT = 86_400


class Parser(argparse.ArgumentParser):
    """Prints what is wrong with flags in one line."""

    def error(self, message):
        """Ends the program."""
        self.exit(2, f"{self.prog}: {message}\n")


def integer(minimum: int, bits: int):
    """Builds the type of a flag: integers from a minimum on, of a number of bits."""

    def parse(text):
        known = re.fullmatch(r"-?[0-9]{1,19}", text)
        if not known or not minimum <= int(text) < 2 ** (bits - 1):
            raise argparse.ArgumentTypeError(
                f"must be an integer in [{minimum}, 2**{bits - 1}). Received: {text}"
            )
        return int(text)

    return parse


def labels(text: str):
    """Parses `3` as one class, `0,1,2` as one for each image."""
    parsed = [integer(-1, 32)(part) for part in text.split(",")]
    return parsed if "," in text else parsed[0]


def seconds(text: str) -> float:
    """Parses a time that ends, and is long enough to wait for something."""
    with contextlib.suppress(ValueError):
        if 0 < float(text) <= LONGEST_TIMEOUT:
            return float(text)
    raise argparse.ArgumentTypeError(
        f"must be a number in (0, {LONGEST_TIMEOUT}]. Received: {text}"
    )


def parser() -> argparse.ArgumentParser:
    """Declares the command line."""
    made = Parser(
        prog="serving_client.py",
        description=__doc__.partition("\n")[0],
        allow_abbrev=False,
    )
    add = made.add_argument
    add("--server", help="host:port, or a URL for REST; default: this machine")
    add("--protocol", choices=PROTOCOLS, default="rest")
    add("--model", required=True, help="name of the model")
    add_one = made.add_mutually_exclusive_group().add_argument
    add_one("--version", type=integer(0, 64), help="default: the server's newest")
    add_one("--label", help="instead: the label of a version, such as stable")
    add("--signature", choices=SIGNATURES, default="generate_png")
    add("--num_images", type=integer(1, 32), help="default: 16")
    add("--seed", type=integer(0, 63), default=0, help="the first of `interpolate`")
    add("--second_seed", type=integer(0, 63), help="of `interpolate`; default: 1")
    add("--steps", type=integer(2, 32), help="images of `interpolate`; default: 16")
    add("--labels", type=labels, help="a class, or 0,1,2; default: all in turn")
    add("--truncation", type=float, default=1.0, help="1: none; 0: one image for all")
    add("--batching", action="store_true", help="the server joins requests")
    add("--output", type=pathlib.Path, help="folder, or a .png for one grid")
    add("--timeout", type=seconds, default=10.0, help="seconds for all answers")
    add("--status", action="store_true", help="instead: the state of all versions")
    return made


def parse(argv: list | None) -> argparse.Namespace:
    """Parses flags, and refuses those that contradict each other."""
    made = parser()
    flags = made.parse_args(argv)
    if flags.output is None and not flags.status:
        made.error("one of --output and --status is needed")
    if flags.output is not None and not pictures.is_known(flags.output):
        made.error(f"--output must be a folder or a .png. Received: {flags.output}")
    if flags.label == "":
        made.error("--label must not be empty")
    url = flags.protocol == "rest"
    if flags.server is not None and not is_address(flags.server, url):
        made.error(f"--server must be host:port. Received: {flags.server}")
    fill_in(made, flags)
    return flags


def fill_in(made: Parser, flags) -> None:
    """Sets a signature's flags to their defaults; raises for those of others."""
    for kind, defaults in DEFAULTS.items():
        for name, default in defaults.items():
            if getattr(flags, name) is None:
                setattr(flags, name, default)
            elif kind is not SIGNATURES[flags.signature]:
                made.error(f"--{name} is not for --signature={flags.signature}")


def is_address(server: str, url: bool) -> bool:
    """Returns whether a server is named as a protocol wants it."""
    try:
        parts = urllib.parse.urlsplit(server if "://" in server else f"//{server}")
        named = bool(parts.hostname) and not parts.query and not parts.fragment
        if parts.scheme:
            return named and url and parts.scheme in ("http", "https")
        return named and parts.port is not None and not parts.path
    except ValueError:
        return False


def connect(flags):
    """Builds the `Connection` that the flags ask for."""
    try:
        protocol = importlib.import_module(PROTOCOLS[flags.protocol])
    except ImportError as error:
        raise Failure(
            f"--protocol={flags.protocol} needs `pip install tensorflow-serving-api`: "
            f"{error}"
        ) from None
    server = flags.server or f"localhost:{protocol.PORT}"
    deadline = Deadline(server, flags.timeout)
    return protocol.Connection(
        server, flags.model, flags.version, flags.label, deadline
    )


def status(connection) -> str:
    """Describes the model's versions, one a line."""
    return "\n".join(
        f"version {version}: {state} {message}".rstrip()
        for version, state, message in connection.states()
    )


def images(connection, flags):
    """Asks for images.

    Returns:
        A uint8 array of shape `(n, height, width, channels)`.
    """
    names, output = signature(connection, flags)
    inputs, count = SIGNATURES[flags.signature](flags)
    if "labels" in names:
        inputs["labels"] = -1 if flags.labels is None else flags.labels
    elif flags.labels is not None:
        raise Failure(f"{flags.model} has no classes: leave out --labels")
    # REST wants all inputs, those with defaults, too.
    inputs["truncation"] = flags.truncation
    if flags.batching:
        inputs = {name: [value] for name, value in inputs.items()}
    answer = connection.predict(flags.signature, inputs, output)
    return pictures.read(output, answer, count, flags.batching)


def signature(connection, flags) -> tuple:
    """Returns the names of a signature's inputs, and that of the output to read."""
    found = connection.signatures()
    if flags.signature not in found:
        known = ", ".join(sorted(set(found) & set(SIGNATURES))) or "none of this script"
        raise Failure(f"{flags.model} has no {flags.signature}; it has {known}")
    inputs, outputs = found[flags.signature]
    for name in outputs:
        if name in pictures.READERS:
            return inputs, name
    raise Failure(f"{flags.model} gives {', '.join(outputs)}, which are no images")


def run(flags) -> str:
    """Does what the flags ask for.

    Returns:
        What was found or written.
    """
    with contextlib.closing(connect(flags)) as connection:
        if flags.status:
            return status(connection)
        found = images(connection, flags)
    return pictures.write(flags.output, found)


def main(argv: list | None = None) -> int:
    """Runs the command line; returns the exit status."""
    flags = parse(argv)
    try:
        print(run(flags))
    except Failure as failure:
        print(f"serving_client.py: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
