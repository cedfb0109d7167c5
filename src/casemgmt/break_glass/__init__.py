"""Break-glass: a narrow look at a hidden case in an emergency, loud at once and reviewed afterwards."""
