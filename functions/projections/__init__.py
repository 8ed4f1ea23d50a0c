"""What follows from what chargers reported: the EVSE's status and the running Session, here and at partners."""
