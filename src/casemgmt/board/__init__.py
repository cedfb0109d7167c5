"""The board: numbers of the day for a screen on a wall, live."""
