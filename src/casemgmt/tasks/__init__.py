"""Obligations with an owner and a clock, and the queues that show them."""
