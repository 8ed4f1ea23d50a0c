"""Keeping a running ledger short: which entries the running cost still needs, and which may be moved out.

An item is read and rewritten with every frame, so its size must not grow with the session's length. What is moved out is
kept elsewhere and priced in the end; what stays is thinned so that the running cost hardly differs: the registers of
begin and end, changes of state, the newest samples (they tell power and metering interval) and some spread over the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.domain.transaction import Entry

ENTRIES_MAX: Final = 64
_NEWEST: Final = 8
_SPREAD: Final = 24
_STATES: Final = 20
_MARKED: Final = 2
_MOVED_MAX: Final = 150  # what one update expression can name


def moved_out(ledger: Mapping[str, Entry]) -> tuple[str, ...]:
    """The keys of the entries to move out of a ledger that has grown too long; empty for one that is short enough.

    At most 150 at a time: what is left over is found when the transaction changes again.
    """
    if len(ledger) <= ENTRIES_MAX:
        return ()
    ordered = sorted(ledger, key=lambda key: (ledger[key]["t"], key))
    kept = {*_marked(ledger, ordered), *_state_changes(ledger, ordered), *_samples(ledger, ordered)}
    return tuple(key for key in ordered if key not in kept)[:_MOVED_MAX]


def _marked(ledger: Mapping[str, Entry], ordered: list[str]) -> list[str]:
    """Entries that say they are the transaction's begin or end."""
    begins = [key for key in ordered if ledger[key].get("x") == "B"]
    ends = [key for key in ordered if ledger[key].get("x") == "E"]
    return begins[:_MARKED] + ends[-_MARKED:]


def _state_changes(ledger: Mapping[str, Entry], ordered: list[str]) -> list[str]:
    found: list[str] = []
    last: Any = None
    for key in ordered:
        state = ledger[key].get("st")
        if state is not None and state != last:
            found.append(key)
            last = state
    return found[:1] + found[1:][-_STATES:]


def _samples(ledger: Mapping[str, Entry], ordered: list[str]) -> list[str]:
    metered = [key for key in ordered if "wh" in ledger[key]]
    older, newest = metered[:-_NEWEST], metered[-_NEWEST:]
    if len(older) <= _SPREAD:
        return older + newest
    step = (len(older) - 1) / (_SPREAD - 1)
    return [older[round(index * step)] for index in range(_SPREAD)] + newest
