"""Proves that a change of the code changes no weight: two trees play the same games.

    python tests/golden/golden.py compare TREE [NAME ...]
    python tests/golden/golden.py record TREE FOLDER [NAME ...]
    python tests/golden/golden.py compare FOLDER [NAME ...]
    python tests/golden/golden.py one NAME FILE

TREE is a checkout of another commit, as `git worktree add` makes it. `compare` plays
the games of `configurations` with its code and with this tree's, and writes a line for
each: bit-equal, or where the largest difference is. `record` keeps what a tree plays,
so that it need not play again: on the same machine, bits are the same every time.
Each game has a process of its own; so none depends on those before it, by the names
that Keras counts or by its devices.
"""

import concurrent.futures
import functools
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

import configurations
import numpy as np

HERE = pathlib.Path(__file__).parents[2]
# Games at a time: more would share the cores of a small machine.
AT_ONCE = 2
# What the kernels of another machine may move, in three rounds.
ELSEWHERE = 2e-5


def environment(tree):
    """Returns the environment of a process that plays with the code of a tree."""
    chosen = {
        "PYTHONPATH": str(tree),
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    # As the tests have it, unless it is chosen: kernels round differently.
    return {"TF_ENABLE_ONEDNN_OPTS": "1", **os.environ, **chosen}


def play(name, tree=HERE):
    """Plays a configuration with the code of a tree, in a process of its own.

    Returns:
        A dictionary of NumPy arrays.

    Raises:
        RuntimeError: If it fails, with what it said.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "one.npz")
        command = [sys.executable, __file__, "one", name, str(path), str(tree)]
        done = subprocess.run(
            command, env=environment(tree), capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{name} with the code of {tree}:\n{done.stderr}")
        return load(path)


def load(path):
    """Reads all arrays of a file."""
    with np.load(path) as file:
        return dict(file)


def digest(arrays):
    """A short name for the exact bits of arrays."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        found.update(f"{name} {array.dtype} {array.shape}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:16]


def differences(old, new):
    """Returns by name how far arrays are from each other, where their bits differ."""
    found = {}
    for name in sorted(old.keys() | new.keys()):
        pair = [arrays.get(name) for arrays in (old, new)]
        if any(array is None for array in pair):
            found[name] = np.inf
        elif digest({"": pair[0]}) != digest({"": pair[1]}):
            same = pair[0].shape == pair[1].shape and pair[0].dtype == pair[1].dtype
            first, second = (np.asarray(array, "float64") for array in pair)
            unit = 127.5 if pair[0].dtype == np.uint8 else 1.0  # data lie in [-1, 1]
            found[name] = np.abs(first - second).max() / unit if same else np.inf
    # A difference of NaN is none that one may allow.
    return {name: float(np.nan_to_num(d, nan=np.inf)) for name, d in found.items()}


def describe(old, new):
    """Returns a line on how two recordings of a game differ."""
    found = differences(old, new)
    if not found:
        return f"{digest(new)}  bit-equal, {len(new)} arrays"
    worst = max(found, key=found.get)
    line = f"largest difference {found[worst]:.3g} in {worst}"
    lost, more = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    told = [
        f"; {what}: {', '.join(n)}" for what, n in (("lost", lost), ("new", more)) if n
    ]
    return f"{digest(new)}  {line}; {len(found)} of {len(new)} arrays{''.join(told)}"


def each(players, names):
    """Plays games for each name, some at a time; gives `(name, recordings)` in order.

    Args:
        players: Functions from a name to a recording.
        names: Names of `configurations.TABLE`.
    """
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [(name, [pool.submit(p, name) for p in players]) for name in names]
        try:
            for name, futures in waiting:
                yield name, [future.result() for future in futures]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def player(source):
    """Returns a function from a name to a recording: played with a tree, or read."""
    source = pathlib.Path(source).resolve()
    if (source / "kgan").is_dir():
        return functools.partial(play, tree=source)
    return lambda name: load(source / f"{name}.npz")


def compare(source, *names):
    """Writes a line for each game; gives whether any differs."""
    players, bad = [player(source), player(HERE)], 0
    for name, (old, new) in each(players, names or configurations.TABLE):
        print(f"{name:24} {describe(old, new)}", flush=True)
        bad += bool(differences(old, new))
    print(f"{bad} differ" if bad else "all are bit-equal")
    return bool(bad)


def record(tree, folder, *names):
    """Writes a file for each game."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for name, (arrays,) in each([player(tree)], names or configurations.TABLE):
        np.savez_compressed(pathlib.Path(folder, f"{name}.npz"), **arrays)
        print(f"{name:24} {digest(arrays)}  {len(arrays)} arrays", flush=True)


def one(name, path, tree=None):
    """Plays a game in this process, which has played nothing before."""
    import games

    used = pathlib.Path(games.kgan.__file__).resolve()
    if tree is not None and not used.is_relative_to(pathlib.Path(tree).resolve()):
        raise RuntimeError(f"The code must be that of {tree}. Received: {used}")
    np.savez(path, **games.play(name, games.strategy(name)))


if __name__ == "__main__":
    verbs = {"compare": compare, "record": record, "one": one}
    if len(sys.argv) < 3 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    sys.exit(verbs[sys.argv[1]](*sys.argv[2:]))
