"""OCPI module tariffs."""
