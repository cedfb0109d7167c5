"""Drafts of forms, kept by the service: nothing typed is lost with a token, a battery or a connection."""
