"""Consents: what was agreed to, by whom, until when; and what ends and goes on when it ends."""
