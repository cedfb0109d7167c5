"""Retention, holds and erasure: how long what is kept, what stops its destruction, and how it ends."""
