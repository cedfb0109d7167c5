"""Whole-number code generated from the rules: one family in Python, the whole country compiled."""
