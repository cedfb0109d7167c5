"""Persons and families: identifiers and secrets kept apart from the rest."""
