"""Schema validation of requests and answers, with the schemas that the `ocpp` package ships.

The schemas are read from the package's files without importing its runtime (which costs 50-120 ms and validates 80 to
370 times slower), each on first use. Formats are not checked: real chargers write timestamps in many ways and
`csms.domain.times.parse_time` reads them.

Strict by default. A violation that real chargers are known for is accepted by a named rule (`csms.ocppj.tolerance`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from csms.ocppj import errors

if TYPE_CHECKING:
    import jsonschema_rs

_FOLDERS: Final = {"ocpp1.6": "v16", "ocpp2.0.1": "v201", "ocpp2.1": "v21"}
# Messages that have no answer (2.1 SEND): their schema is neither a request's nor a response's.
UNCONFIRMED: Final = frozenset({"NotifyPeriodicEventStream"})

# What a schema keyword's violation is called on the wire.
_CODES: Final = {
    "Type": errors.TYPE_VIOLATION,
    "Required": errors.OCCURRENCE_VIOLATION,
    "MinItems": errors.OCCURRENCE_VIOLATION,
    "MaxItems": errors.OCCURRENCE_VIOLATION,
    "AdditionalProperties": errors.FORMAT_VIOLATION,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of a schema: the keyword (`Required`, `Enum`, `MaxLength` …), the path to it and the error code."""

    keyword: str
    path: tuple[str | int, ...]
    code: str
    missing: str = ""  # the required member that is not there

    def __str__(self) -> str:
        """Keyword and path only: the offending value is never repeated."""
        return f"{self.keyword} at {'/'.join(map(str, self.path)) or 'payload'}"


def violations(protocol: str, action: str, payload: dict[str, Any], *, answer: bool = False) -> tuple[Violation, ...]:
    """Every breach of the schema by a request (or, with `answer`, by a CALLRESULT); empty where it is valid.

    `action` must be one of the protocol's actions: it names a file. Raises KeyError for an unknown protocol.
    """
    validator = _validator(protocol, action, answer)
    if validator.is_valid(payload):
        return ()
    return tuple(_violation(error) for error in validator.iter_errors(payload))


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    name = error.kind.name
    keyword = name[:1].upper() + name[1:]  # `required`, or `Required` in earlier releases of the library
    return Violation(
        keyword,
        tuple(error.instance_path),
        _CODES.get(keyword, errors.PROPERTY_VIOLATION),
        str(getattr(error.kind, "property", "")),
    )


@cache
def actions(protocol: str) -> frozenset[str]:
    """Every action that the protocol's version defines, in either direction."""
    names = (path.stem for path in (_root() / _FOLDERS[protocol] / "schemas").glob("*.json"))
    return frozenset(n.removesuffix("Request") for n in names if not n.endswith("Response"))


@cache
def _validator(protocol: str, action: str, answer: bool) -> jsonschema_rs.Draft4Validator:
    import jsonschema_rs

    plain = protocol == "ocpp1.6" or action in UNCONFIRMED
    suffix = "Response" if answer else ("" if plain else "Request")
    path = _root() / _FOLDERS[protocol] / "schemas" / f"{action}{suffix}.json"
    schema = json.loads(path.read_text(encoding="utf-8-sig"))
    return jsonschema_rs.Draft4Validator(schema, validate_formats=False)


@cache
def _root() -> Path:
    spec = find_spec("ocpp")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the ocpp package, whose schemas are used, is not installed")
    return Path(next(iter(spec.submodule_search_locations)))
