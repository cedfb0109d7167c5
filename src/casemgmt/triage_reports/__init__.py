"""How often the suggested urgency was what a person decided: counts of a finished month, and nobody in them."""
