"""The receipt as a page: one document, no script, nothing loaded from anywhere, readable on a phone."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING, Any, Final

from csms.domain.money import minor_units
from csms.domain.tariff_restrictions import time_zone_of
from csms.domain.times import parse_time
from functions.receipts.catalogue import WORDS, Language, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from csms.domain.receipt import Line, Receipt

STYLE: Final = (
    "body{font:16px/1.4 system-ui,sans-serif;max-width:32rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}"
    "h1{font-size:1.4rem}table{width:100%;border-collapse:collapse;margin:1rem 0}"
    "th{text-align:left;font-weight:400}td{text-align:right}th,td{padding:.3rem 0;border-bottom:1px solid #ddd}"
    "tr.total th,tr.total td{font-weight:700}p.outcome{font-weight:700}small{color:#555}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    # The address opens the receipt: it is kept out of caches, search engines and other sites' logs.
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_KWH_DECIMALS: Final = 3


def page(
    receipt: Receipt, language: Language, seller: str, payment: Mapping[str, Any], cdr: Mapping[str, Any] | None
) -> str:
    """The HTML document. Every text in it is escaped, whoever wrote it."""
    words = WORDS[language]
    parts = [
        f"<h1>{words['title']}</h1><p>{escape(seller)}</p>",
        f'<p class="outcome">{words[receipt.outcome]}</p>',
        _table(_facts(payment, cdr, language)),
        _table(_bill(receipt, language)),
        _table(_card(receipt, language)),
    ]
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{words['title']}</title><style>{STYLE}</style>"
    )
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{"".join(parts)}</body></html>'


Row = tuple[str, str, bool]


def _table(rows: Iterable[Row]) -> str:
    cells = "".join(
        f"<tr{' class=' + chr(34) + 'total' + chr(34) if strong else ''}>"
        f"<th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value, strong in rows
    )
    return f"<table>{cells}</table>" if cells else ""


def _facts(payment: Mapping[str, Any], cdr: Mapping[str, Any] | None, language: Language) -> list[Row]:
    words = WORDS[language]
    rows: list[Row] = []
    if cdr is not None:
        place = cdr["cdr_location"]
        named = [place.get("name"), place.get("address"), place.get("city"), place.get("evse_id")]
        zone = payment.get("time_zone") or "UTC"
        rows = [
            (words["place"], ", ".join(text for text in named if text), False),
            (words["start"], _local(cdr["start_date_time"], zone), False),
            (words["end"], _local(cdr["end_date_time"], zone), False),
            (words["energy"], _quantity(cdr["total_energy"], "kWh", language), False),
            (words["duration"], _hours(cdr["total_time"]), False),
            (words["number"], cdr["id"], False),
        ]
    return [*rows, (words["reference"], payment["authorization_reference"], False)]


def _bill(receipt: Receipt, language: Language) -> list[Row]:
    if receipt.net is None or receipt.gross is None:
        return []
    words = WORDS[language]
    rows: list[Row] = [
        (_described(line, language), _money(line.net, receipt, language), False) for line in receipt.lines
    ]
    rows.append((words["net"], _money(receipt.net, receipt, language), False))
    for percentage, amount in receipt.taxes:
        rate = "" if percentage is None else f" {number(percentage, _decimals(percentage), language)} %"
        rows.append((f"{words['tax']}{rate}", _money(amount, receipt, language), False))
    return [*rows, (words["gross"], _money(receipt.gross, receipt, language), True)]


def _card(receipt: Receipt, language: Language) -> list[Row]:
    words = WORDS[language]
    rows: list[Row] = []
    if receipt.captured is not None:
        rows.append((words["captured"], _money(receipt.captured, receipt, language), True))
    return [*rows, *((words["card"], text, False) for text in receipt.eft_data)]


def _described(line: Line, language: Language) -> str:
    name = WORDS[language][line.kind]
    if line.quantity is None:
        return name
    quantity = _quantity(line.quantity, "kWh", language) if line.kind == "ENERGY" else _hours(line.quantity)
    return f"{name} ({quantity})"


def _money(amount: Decimal, receipt: Receipt, language: Language) -> str:
    return f"{number(amount, minor_units(receipt.currency), language)} {receipt.currency}"


def _quantity(value: Decimal, unit: str, language: Language) -> str:
    return f"{number(value, _KWH_DECIMALS, language)} {unit}"


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _hours(hours: Decimal) -> str:
    """Hours as h:mm:ss."""
    seconds = round(hours * 3600)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _local(time: str, zone: str) -> str:
    """A moment on the clock of the place, with the clock's distance from UTC."""
    try:
        local = parse_time(time).astimezone(time_zone_of(zone))
    except ValueError:
        local = parse_time(time)
    return f"{local:%Y-%m-%d %H:%M} (UTC{local:%z})"
