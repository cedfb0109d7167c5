"""Contacts: what reached a contact centre, as its system tells it, and the signals that come of it."""
