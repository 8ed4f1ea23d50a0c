"""Lambda entry points and what only they need, one room a function."""
