"""OCPI: what partners (payment terminals, eMSPs) ask of us, one folder a module."""
