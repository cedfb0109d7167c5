"""Copies for subjects: what is held about a person, for a lawful request, without what the law protects from others."""
