"""OCPI module payments."""
