"""OCPI module locations."""
