"""What tests share: tables, events, partners, running systems."""
