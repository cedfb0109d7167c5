"""Transfers: a family moves, and its case goes to the body of the new place with everything in it."""
