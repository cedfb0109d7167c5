"""Screenings by school psychologists: each enters as a signal, with its score."""
