"""Connections of chargers: they begin, and they end."""
