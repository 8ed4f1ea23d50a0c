"""The rules of `csms.domain.secrecy`, under the name that the handlers know."""

from csms.domain.secrecy import HIDDEN, is_secret, without_secrets

__all__ = ["HIDDEN", "is_secret", "without_secrets"]
