"""A year of the centres by the clock: the service does the work, a plain book beside it knows what is right."""
