"""Commands on their way to chargers: dispatched when they are written, expired when no answer comes."""
