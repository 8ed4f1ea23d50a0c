"""Whether a URL that a partner gave us may be called: it comes from outside, and our network is not theirs to probe."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

_URL_MAX = 2000


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, empty when it has none."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def callback_problem(url: str, allowed_hosts: Iterable[str], *, private_allowed: bool = False) -> str | None:
    """Say why a response_url must not be called, None when it may be.

    Required: https, a host that the partner's credentials or endpoints (or our settings) name, no user information,
    no literal private, loopback or link-local address. The caller follows no redirects, and checks what the name
    resolves to. `private_allowed` is for the laptop edition and tests: http and private addresses pass.
    """
    host = host_of(url)
    if not host or len(url) > _URL_MAX:
        return "not a URL"
    parts = urlsplit(url)
    if parts.scheme != "https" and not (private_allowed and parts.scheme == "http"):
        return "not https"
    if parts.username is not None or parts.password is not None:
        return "carries user information"
    if not private_allowed and not is_public(host):
        return "not a public address"
    if host not in {allowed.lower().rstrip(".") for allowed in allowed_hosts}:
        return "not a host of this partner"
    return None


def is_public(host: str) -> bool:
    """Tell whether a literal address is public; a name that is not obviously local counts as public."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # Spellings of addresses that resolvers understand but ip_address does not (127.1, 0x7f000001) end in a number.
        last = host.rsplit(".", 1)[-1]
        return "." in host and not last[:1].isdigit() and last not in {"localhost", "local", "internal"}
    return address.is_global and not address.is_multicast
