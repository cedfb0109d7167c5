"""Group courses of a centre: who comes is known by first name, and nobody learns whose family has a case."""
