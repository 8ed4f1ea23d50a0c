"""Imports what we need of moto without what it drags in for others: EC2 alone takes 1 s, more than all of ours.

Step Functions import Batch for the names of its job states, Systems Manager imports EC2 for a document of its own that
runs commands on instances. Neither is used here.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_batch() -> Iterator[None]:
    """Inside the block, moto's Batch is an empty shell; afterwards it can be imported as usual."""
    states = SimpleNamespace(SUCCEEDED="SUCCEEDED", FAILED="FAILED")
    with _shells({"moto.batch": {}, "moto.batch.utils": {"JobStatus": states}}):
        yield


def parameter_store() -> None:
    """Import moto's Systems Manager without EC2."""
    with _shells({"moto.ec2": {"ec2_backends": {}}}):
        importlib.import_module("moto.ssm.models")


@contextmanager
def _shells(modules: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Empty modules with a few names, in place of modules that nobody has imported yet."""
    made = []
    for name, names in modules.items():
        if name not in sys.modules:
            sys.modules[name] = ModuleType(name)
            vars(sys.modules[name]).update(names)
            made.append(name)
    try:
        yield
    finally:
        for name in made:
            del sys.modules[name]
