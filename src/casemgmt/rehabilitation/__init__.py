"""The last stage: a programme with change measured by the same instrument, and the checks after closure."""
