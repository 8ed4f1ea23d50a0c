"""What AWS is asked for: the stacks of the CSMS, one file per room of `functions/`.

`python app.py` starts with nothing but the repository root on its path; the contract lives in the shared package.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BUILD: Final = ROOT / "build" / "lambda"  # what infra.bundle packs and infra.packaging deploys
SHARED_PACKAGE: Final = ROOT / "layers" / "csms" / "python"

if str(SHARED_PACKAGE) not in sys.path:
    sys.path.append(str(SHARED_PACKAGE))
