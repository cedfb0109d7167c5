"""Invented bodies and accounts to try the service with. Never loaded outside demo mode."""
