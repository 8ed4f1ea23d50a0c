"""Synthesise the CDK app without the CDK command line, and remember the result by the content of what it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
CACHE: Final = ROOT / ".local" / "assemblies"
KEPT_ASSEMBLIES: Final = 3
_PRINTED_LINES: Final = 60

# Assets are not copied: the functions then name their source folder in the template's metadata, so that live code runs.
_CONTEXT: Final = {"aws:cdk:disable-asset-staging": True, "aws:cdk:enable-asset-metadata": True}
_SOURCES: Final = ("app.py", "cdk.json", "layers/csms/python/csms/contract.py")


class SynthError(RuntimeError):
    """The app could not be synthesised; the message is what it printed."""


def source_hash(root: Path = ROOT) -> str:
    """Hash of everything the templates are made from: the app, its settings, `infra/` and the contract."""
    digest = hashlib.sha256()
    files = [root / name for name in _SOURCES]
    files += [path for path in (root / "infra").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in sorted(files):
        if path.exists():
            digest.update(f"{path.relative_to(root)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def assembly(root: Path = ROOT, cache: Path = CACHE) -> Path:
    """The folder with the synthesised templates; synthesised now unless nothing changed since the last time."""
    target = cache / source_hash(root)
    if not (target / "manifest.json").exists():
        synthesise(target, root)
        _forget_old(cache)
    (target / "manifest.json").touch()
    return target


def synthesise(target: Path, root: Path = ROOT) -> None:
    """Run `python app.py` and put the cloud assembly into `target`. Raises SynthError with the app's own words."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="synth-") as scratch:
        out = Path(scratch) / "out"
        environment = {
            **os.environ,
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(_context(root)),
            "PYTHONPATH": os.pathsep.join([str(root), str(root / "layers/csms/python")]),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        }
        answer = subprocess.run(
            [sys.executable, "app.py"], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        if answer.returncode != 0 or not (out / "manifest.json").exists():
            printed = (answer.stdout + answer.stderr).splitlines()
            raise SynthError("\n".join(["python app.py failed:", *printed[-_PRINTED_LINES:]]))
        shutil.rmtree(target, ignore_errors=True)
        out.rename(target)


def _context(root: Path) -> dict[str, object]:
    """The context of cdk.json, which the command line would hand over, and our own two switches."""
    settings = root / "cdk.json"
    context = json.loads(settings.read_text()).get("context", {}) if settings.exists() else {}
    return {**context, **_CONTEXT}


def _forget_old(cache: Path) -> None:
    kept = sorted((path for path in cache.iterdir() if path.is_dir()), key=_last_used)
    for path in kept[:-KEPT_ASSEMBLIES]:
        shutil.rmtree(path, ignore_errors=True)


def _last_used(assembly_dir: Path) -> float:
    manifest = assembly_dir / "manifest.json"
    return (manifest if manifest.exists() else assembly_dir).stat().st_mtime
