"""Pseudonymised exports for statistics and research: an approved project, an allow-list of columns, no way back."""
