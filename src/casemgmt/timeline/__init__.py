"""The story of a signal and then of its case: everything that happened, in order."""
