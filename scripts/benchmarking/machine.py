"""Describes the machine on which the numbers were measured."""

import importlib.metadata
import importlib.util
import os
import pathlib
import platform

_BFLOAT16 = {"amx_bf16", "avx512_bf16"}
PACKAGES = ("tensorflow", "keras", "torch", "numpy")


def describe() -> dict:
    """Lists processor, cores, memory, accelerators and versions, by what they are."""
    import tensorflow as tf

    found = [
        tf.config.experimental.get_device_details(device).get("device_name", "GPU")
        for device in tf.config.list_physical_devices("GPU")
    ]
    lines = {
        "processor": _processor(),
        "bfloat16 in hardware": ", ".join(sorted(_flags() & _BFLOAT16)) or "no",
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{_field('/proc/meminfo', 'MemTotal').split()[0]} kB",
        "accelerators": ", ".join(found) or "none",
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "not set"),
        "system": f"{platform.system()}, Python {platform.python_version()}",
    }
    versions = {name: version(name) for name in PACKAGES}
    return lines | {name: value for name, value in versions.items() if value}


def version(package: str) -> str | None:
    """Returns the version of a package, None where it is not installed."""
    if importlib.util.find_spec(package) is None:
        return None
    return importlib.metadata.version(package)


def load() -> float:
    """Returns the number of processes that ran on average in the last minute."""
    return os.getloadavg()[0]


def _processor():
    name = _field("/proc/cpuinfo", "model name")
    codes = (_field("/proc/cpuinfo", key) for key in ("cpu family", "model"))
    return f"{name} (family {', model '.join(codes)})"


def _flags():
    return set(_field("/proc/cpuinfo", "flags").split())


def _field(path, key):
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"
