"""Temporary stay at a centre for those who flee violence: places, terms, and an address that stays secret."""
