"""Imports moto's state machine interpreter without what it drags in for AWS Batch: all of EC2, 1.2 s of the start."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNWANTED: Final = ("moto.batch", "moto.batch.utils")


@contextmanager
def without_batch() -> Iterator[None]:
    """Inside the block, moto's Batch is an empty shell; afterwards it can be imported as usual."""
    if "moto.batch" in sys.modules:
        yield
        return
    shells = {name: ModuleType(name) for name in _UNWANTED}
    # The one name that is asked for, while a set of finished states is put together.
    shells["moto.batch.utils"].JobStatus = SimpleNamespace(SUCCEEDED="SUCCEEDED", FAILED="FAILED")  # type: ignore[attr-defined]  # modules take any
    sys.modules.update(shells)
    try:
        yield
    finally:
        for name in shells:
            del sys.modules[name]
