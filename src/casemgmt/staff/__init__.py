"""Change of staff: who leaves hands everything on, and nothing is without an owner meanwhile."""
