"""Waiting for a service of a centre: an order by risk and age that can be explained, offers when a place frees."""
