"""Packs what Lambda runs into build/lambda, without Docker: `python -m infra.bundle`.

    dependencies/python/…   third-party packages for Linux arm64 and Python 3.13, from requirements.txt by hash
    csms/python/csms/…      the shared package
    functions/functions/…   the functions

CDK dates every file in a zip 1980-01-01 and Lambda's folders are read-only, so ordinary byte code never matches its
source and each cold start would compile everything again: about twice the start time. Byte code with an unchecked hash
is taken as it is. It must come from the runtime's own minor version; without such an interpreter on this machine the
byte code is left out, which costs time at every cold start and nothing else.

Packing the same sources and pins twice gives the same bytes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from infra import BUILD, ROOT

PYTHON_VERSION: Final = "3.13"
# Amazon Linux 2023, which the runtime stands on, has glibc 2.34; not every package still builds for 2.17.
PLATFORM: Final = "aarch64-manylinux_2_28"
# importlib.util.MAGIC_NUMBER of every CPython 3.13 release: byte code of another number would be ignored.
MAGIC_3_13: Final = 3571

LAYER_ROOT: Final = "/opt/python"
TASK_ROOT: Final = "/var/task"

_ASK_MAGIC: Final = (
    "import importlib.util as u, sys; print(sys.implementation.name, int.from_bytes(u.MAGIC_NUMBER[:2], 'little'))"
)
# Installers' notes: they name this machine's paths, and nothing reads them at run time.
_INSTALLER_FILES: Final = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")


class BundleError(RuntimeError):
    """Packing failed; the text is what the tool said."""


def main() -> None:
    """Packs everything and says what happened."""
    python = runtime_python()
    if BUILD.exists():
        shutil.rmtree(BUILD)
    install_dependencies(ROOT / "requirements.txt", BUILD / "dependencies" / "python")
    copy_sources(ROOT / "layers" / "csms" / "python" / "csms", BUILD / "csms" / "python" / "csms")
    copy_sources(ROOT / "functions", BUILD / "functions" / "functions")
    if python is None:
        print(f"no Python {PYTHON_VERSION} found: packed WITHOUT byte code, cold starts take about twice as long")
        print(f"set LAMBDA_PYTHON to a Python {PYTHON_VERSION} interpreter, or put python{PYTHON_VERSION} on the PATH")
        return
    compile_folder(python, BUILD / "dependencies" / "python", LAYER_ROOT)
    compile_folder(python, BUILD / "csms" / "python", LAYER_ROOT)
    compile_folder(python, BUILD / "functions", TASK_ROOT)
    print(f"packed with byte code of {python} into {BUILD.relative_to(ROOT)}")


def install_dependencies(requirements: Path, target: Path) -> None:
    """Installs the pinned wheels of the Lambda platform into `target`.

    Raises:
        BundleError: a wheel is missing for the platform, or a hash differs.
    """
    target.mkdir(parents=True)
    wheels = ["--only-binary", ":all:", "--python-platform", PLATFORM, "--python-version", PYTHON_VERSION]
    exactly = ["--require-hashes", "--no-deps", "--no-compile-bytecode"]
    where = ["--target", str(target), "--requirements", str(requirements)]
    _run([sys.executable, "-m", "uv", "pip", "install", "--quiet", *exactly, *wheels, *where])
    shutil.rmtree(target / "bin", ignore_errors=True)  # console scripts start with this machine's interpreter
    (target / ".lock").unlink(missing_ok=True)
    for notes in target.glob("*.dist-info"):
        for name in _INSTALLER_FILES:
            (notes / name).unlink(missing_ok=True)


def copy_sources(source: Path, target: Path) -> None:
    """Copies a package without tests and byte code."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "tests", "test_*.py"))


def compile_folder(python: str, folder: Path, runtime_root: str) -> None:
    """Compiles every module below `folder` to byte code that is never compared with its source.

    Args:
        python: interpreter whose byte code the runtime reads.
        folder: what will be unpacked at `runtime_root`; tracebacks show the latter.
        runtime_root: LAYER_ROOT or TASK_ROOT.

    Raises:
        BundleError: a module does not compile.
    """
    shown_as = ["-s", str(folder), "-p", runtime_root]
    # String hashing decides the order inside frozen sets: fixed, or two runs would differ.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    _run(
        [python, "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash", *shown_as, str(folder)],
        environment,
    )


def runtime_python(candidates: Iterable[str] | None = None) -> str | None:
    """The first interpreter on this machine whose byte code the Lambda runtime reads, or None."""
    for candidate in _candidates() if candidates is None else candidates:
        if _magic(candidate) == ("cpython", MAGIC_3_13):
            return candidate
    return None


def _candidates() -> Iterator[str]:
    """Where a Python of the runtime's version may be: named by hand, on the path, pyenv's, uv's."""
    named = os.environ.get("LAMBDA_PYTHON")
    if named:
        yield named
    yield sys.executable
    on_path = shutil.which(f"python{PYTHON_VERSION}")
    if on_path:
        yield on_path
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from (str(path) for path in sorted(versions.glob(f"{PYTHON_VERSION}.*/bin/python{PYTHON_VERSION}")))
    managed = [
        sys.executable,
        "-m",
        "uv",
        "python",
        "find",
        "--managed-python",
        "--no-python-downloads",
        PYTHON_VERSION,
    ]
    found = subprocess.run(managed, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
    if found.returncode == 0:
        yield found.stdout.strip()


def _magic(python: str) -> tuple[str, int] | None:
    """(implementation, byte code number) of an interpreter; None where it does not start."""
    try:
        answer = subprocess.run([python, "-c", _ASK_MAGIC], capture_output=True, text=True, check=False)  # noqa: S603 - an interpreter of this machine
    except OSError:
        return None
    words = answer.stdout.split()
    return (words[0], int(words[1])) if answer.returncode == 0 and len(words) == 2 else None


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode != 0:
        raise BundleError(f"{' '.join(command[:6])} … failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
