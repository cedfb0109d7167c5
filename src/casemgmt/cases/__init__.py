"""The case of a child or of several children: its route, its accountable manager, its team."""
