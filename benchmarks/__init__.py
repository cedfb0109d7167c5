"""Figures of speed, measured in one interleaved run against floors and against the textbook way."""
