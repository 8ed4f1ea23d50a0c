"""The rules of charging and paying: pure functions and values; no I/O, no clock, no third-party packages."""
