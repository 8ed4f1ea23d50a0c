"""The single-use identity of a remote start, in a form that both protocol families can carry back to us.

OCPP 1.6 echoes only the idTag (CiString20) in StartTransaction; OCPP 2.x echoes the integer remoteStartId. The tag
therefore begins with the id, so that the waiting start is read by its key whichever of the two comes back.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

REMOTE_START_ID_MAX: Final = 2**31 - 1
_ID_BITS: Final = 31
_SALT_BITS: Final = 32
_TAG: Final = re.compile(r"[0-9A-F]{16}", re.ASCII)


def new_remote_start(random_bits: Callable[[int], int] = secrets.randbits) -> tuple[int, str]:
    """Draw a remoteStartId (1 to 2^31-1) and its id tag: 16 upper-case hexadecimal digits, the first 8 being the id.

    `random_bits(n)` returns n random bits; the 32 bits behind the id make the tag unguessable for who knows the id.
    """
    remote_start_id = max(random_bits(_ID_BITS), 1)
    return remote_start_id, f"{remote_start_id:08X}{random_bits(_SALT_BITS):08X}"


def remote_start_id_of(id_tag: str) -> int | None:
    """Read the remoteStartId from an id tag; None for a tag that cannot be one of ours (a driver's card).

    Case does not matter (OCPP 1.6 CiString). A card can look like one of ours: the caller compares the whole tag with
    the stored one.
    """
    tag = id_tag.strip().upper()
    if not _TAG.fullmatch(tag):
        return None
    remote_start_id = int(tag[:8], 16)
    return remote_start_id if 1 <= remote_start_id <= REMOTE_START_ID_MAX else None
