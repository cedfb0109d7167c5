"""Corrections: what was entered in error is marked by two persons, kept, and counts no longer."""
