"""OCPI module cdrs."""
