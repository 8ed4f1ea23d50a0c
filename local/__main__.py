"""`python -m local`: see `local.cli`."""

import sys
from pathlib import Path

# The shared package lies in its layer's folder, as on Lambda; whoever starts the laptop edition need not know.
sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "csms" / "python"))

from local.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
