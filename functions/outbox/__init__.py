"""The relay of the outbox: rows that were written with their cause go to where they have to go."""
