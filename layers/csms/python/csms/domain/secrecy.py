"""Values that may travel but that nobody may keep: passwords and keys among a charger's settings."""

from __future__ import annotations

from typing import Any, Final

_WORDS: Final = ("password", "authorizationkey", "secret", "presharedkey", "privatekey", "simpin")
_VALUES: Final = frozenset({"value", "attributeValue", "actualValue"})
HIDDEN: Final = "***"


def is_secret(name: Any) -> bool:
    """Whether a configuration key (1.6) or variable (2.x) of this name holds a secret."""
    plain = str(name).lower().replace("_", "").replace(".", "")
    return any(word in plain for word in _WORDS)


def without_secrets(document: Any) -> Any:
    """The document with the values of secret settings hidden, in every shape that OCPP tells settings in.

    1.6: `{"key", "value"}`; 2.x: `{"variable": {"name"}, "attributeValue"}` and `{"variable": …, "variableAttribute": […]}`;
    network profiles: members that are called a password or a PIN, and the key of a VPN.
    """
    if isinstance(document, list):
        return [without_secrets(member) for member in document]
    if not isinstance(document, dict):
        return document
    variable = document.get("variable")
    name = document.get("key") or (variable.get("name") if isinstance(variable, dict) else None)
    if name is not None and is_secret(name):
        return {member: _hidden(member, value) for member, value in document.items()}
    return {member: _told(member, value) for member, value in document.items()}


def _told(member: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        hidden = without_secrets(value)
        return {**hidden, "key": HIDDEN} if member == "vpn" and "key" in hidden else hidden
    return HIDDEN if is_secret(member) and value is not None else value


def _hidden(member: str, value: Any) -> Any:
    if member in _VALUES:
        return HIDDEN
    return [{**a, "value": HIDDEN} for a in value if isinstance(a, dict)] if member == "variableAttribute" else value
