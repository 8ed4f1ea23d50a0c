"""Who may connect: identity, registration, password and version, once per connection."""
