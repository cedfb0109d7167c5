"""The rules for a whole country at once: columns of facts, and compiled code over them."""
