"""Virtual environments in which programs run with packages of their own."""

import pathlib
import subprocess
import venv


def python_of(folder: pathlib.Path, *installs: list) -> pathlib.Path:
    """Returns the Python of an environment, which is made unless it is there, whole.

    Args:
        folder: Where it lies.
        installs: What pip is given after `install`, call by call.
    """
    python, whole = folder / "bin" / "python", folder / "installed"
    if not whole.exists():
        venv.create(folder, with_pip=True, clear=True)
        for packages in installs:
            command = [python, "-m", "pip", "install", "--quiet", *packages]
            subprocess.run(command, check=True)
        whole.touch()
    return python
