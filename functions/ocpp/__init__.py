"""Every frame of every charger: `handler.py` is the way of a frame, `routes.py` the literal tables, one file an action."""

import gc

gc.disable()  # imports make no garbage worth collecting: a tenth of a cold start. handler.py turns it on again
