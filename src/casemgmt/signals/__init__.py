"""A concern about a child, from any source, known or not; and what was decided on it."""
