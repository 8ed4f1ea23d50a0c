"""OCPI module tokens."""
