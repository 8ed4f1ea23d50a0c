"""OCPI module commands."""
