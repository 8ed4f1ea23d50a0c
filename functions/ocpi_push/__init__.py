"""What partners are told: rows of the outbox, one request each."""
