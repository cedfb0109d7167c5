"""Backups: one folder that holds the database and says what it holds, and the way back into a new cluster."""
