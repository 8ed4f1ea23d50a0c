"""OCPI module versions."""
