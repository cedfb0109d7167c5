"""Signed events to the systems of others: what is told, to whom, by which way, until it has arrived."""
