"""The OCPI wire layer: one internal model (plain dicts in OCPI 2.3.0 shape), rendered per version on the way out.

Nothing here opens a connection, reads a clock or knows a database. Import the module you need: only `models` loads
pydantic.
"""
