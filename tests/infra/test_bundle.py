"""Packed code starts fast: byte code that the runtime takes without looking at the source's date."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra import bundle

ROOT = Path(__file__).resolve().parents[2]
DATE_IN_ZIPS = 315532800  # 1980-01-01, which the CDK gives every file in a zip

SAY_WHETHER_COMPILED = """
import sys, importlib.machinery as m
compiled = []
original = m.SourceFileLoader.source_to_code
m.SourceFileLoader.source_to_code = lambda self, data, path, **rest: (compiled.append(path), original(self, data, path, **rest))[1]
import room.module
print("compiled" if any("room" in str(path) for path in compiled) else "cached", room.module.VALUE)
"""


def _package(folder: Path) -> Path:
    source = folder / "source" / "room"
    (source / "tests").mkdir(parents=True)
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "module.cpython-311.pyc").write_bytes(b"stale")
    (source / "__init__.py").write_text("")
    (source / "module.py").write_text("VALUE = {'a', 'b', 'c'} & {'a'}\nKINDS = frozenset(('x', 'y', 'z'))\n")
    (source / "tests" / "test_module.py").write_text("")
    return source


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(
        b"".join(str(path.relative_to(folder)).encode() + path.read_bytes() for path in files)
    ).hexdigest()


def _import_in(folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", SAY_WHETHER_COMPILED], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_byte_code_is_used_although_the_source_has_another_date(tmp_path: Path) -> None:
    bundle.copy_sources(_package(tmp_path), tmp_path / "packed" / "room")
    before = _import_in(tmp_path / "packed")

    bundle.compile_folder(sys.executable, tmp_path / "packed", bundle.TASK_ROOT)
    for path in (tmp_path / "packed").rglob("*"):
        os.utime(path, (DATE_IN_ZIPS, DATE_IN_ZIPS))

    assert before == "compiled {'a'}"
    assert _import_in(tmp_path / "packed") == "cached {'a'}"


def test_tracebacks_show_where_the_code_runs(tmp_path: Path) -> None:
    bundle.copy_sources(_package(tmp_path), tmp_path / "packed" / "room")
    bundle.compile_folder(sys.executable, tmp_path / "packed", bundle.LAYER_ROOT)

    (byte_code,) = (tmp_path / "packed").rglob("module.*.pyc")
    assert b"/opt/python/room/module.py" in byte_code.read_bytes()
    assert str(tmp_path).encode() not in byte_code.read_bytes()


def test_packing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    source = _package(tmp_path)
    for name in ("first", "second"):
        bundle.copy_sources(source, tmp_path / name / "room")
        bundle.compile_folder(sys.executable, tmp_path / name, bundle.TASK_ROOT)

    assert _digest(tmp_path / "first") == _digest(tmp_path / "second")


def test_tests_and_stale_byte_code_stay_behind(tmp_path: Path) -> None:
    bundle.copy_sources(_package(tmp_path), tmp_path / "packed")

    assert {path.name for path in (tmp_path / "packed").rglob("*")} == {"__init__.py", "module.py"}


def test_a_module_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")

    with pytest.raises(bundle.BundleError, match="SyntaxError"):
        bundle.compile_folder(sys.executable, tmp_path, bundle.TASK_ROOT)


def test_only_an_interpreter_of_the_runtimes_version_is_taken(tmp_path: Path) -> None:
    def interpreter(name: str, answer: str) -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\necho {answer}\n")
        path.chmod(0o755)
        return str(path)

    other = interpreter("python3.12", "cpython 3531")
    pypy = interpreter("pypy3.13", f"pypy {bundle.MAGIC_3_13}")
    fitting = interpreter("python3.13", f"cpython {bundle.MAGIC_3_13}")
    silent = interpreter("shim", "")

    assert bundle.runtime_python([str(tmp_path / "missing"), silent, other, pypy, fitting]) == fitting
    assert bundle.runtime_python([other, pypy]) is None


def test_the_number_of_the_running_interpreter_is_read_right() -> None:
    magic = int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little")

    assert (bundle.runtime_python([sys.executable]) is not None) is (magic == bundle.MAGIC_3_13)


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_what_is_deployed_is_what_was_tested() -> None:
    deployed, tested = _pins("requirements.txt"), _pins("requirements-dev.txt")

    assert deployed
    assert {name: tested.get(name) for name in deployed} == deployed


def test_the_layer_has_every_package_asked_for_with_hashes_and_no_addresses() -> None:
    wanted = (ROOT / "requirements.in").read_text(encoding="utf-8").split("\n")
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")

    assert {line.strip() for line in wanted if line and not line.startswith("#")} <= set(_pins("requirements.txt"))
    assert text.count("==") <= text.count("--hash=sha256:")
    assert "http" not in text
