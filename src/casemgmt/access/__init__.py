"""Who may do what, and see what: permissions, roles, actors, tokens, passwords, sessions."""
