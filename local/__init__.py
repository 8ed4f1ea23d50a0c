"""The laptop edition: runs the synthesised templates on one machine, with simulators around it.

`python -m local` starts with nothing but the repository root on its path; the shared package lives in its layer.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

_SHARED_PACKAGE: Final = Path(__file__).resolve().parent.parent / "layers" / "csms" / "python"

if str(_SHARED_PACKAGE) not in sys.path:
    sys.path.append(str(_SHARED_PACKAGE))
