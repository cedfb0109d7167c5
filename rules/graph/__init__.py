"""Benefit rules as a graph of exact expressions: one source for answers, explanations, bounds and receipts."""
