"""OCPI module credentials."""
