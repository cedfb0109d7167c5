"""Answers to children who got in touch: what may be said, when, and through whom; nothing where it could endanger."""
