"""Alerts: what somebody responsible hears of without asking, on unusual access and on suspicious log-ins."""
