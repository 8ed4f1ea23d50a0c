"""Who changed what, when: one row a change that a person made, written together with the change.

| table | partition | sort key |
|---|---|---|
| `partners` | `AUDIT#<day>` | `<time>#<id>` |

People make few changes, so a day is one partition.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import PARTNERS
from csms.domain.times import format_time
from csms.store.chargers import expiry
from csms.store.dynamo import Put

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_KEEP: Final = timedelta(days=400)


def partition(day: str) -> str:
    """Partition of a day (`YYYY-MM-DD`, UTC)."""
    return f"AUDIT#{day}"


def audited(who: Mapping[str, str], action: str, subject: str, now: datetime, **details: Any) -> Put:
    """A change: `action` in words that stay the same ("station.created"), `subject` what it was done to.

    `details` must hold no secrets; those that are None are left out.
    """
    time = format_time(now)
    return Put(
        PARTNERS,
        {
            "pk": partition(time[:10]),
            "sk": f"{time}#{uuid.uuid4()}",
            "kind": "AUDIT",
            "at": time,
            "who": dict(who),
            "action": action,
            "subject": subject,
            "details": {name: value for name, value in details.items() if value is not None},
            "expires_at_s": expiry(now, _KEEP),
        },
    )
