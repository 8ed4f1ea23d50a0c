"""OCPI module sessions."""
