"""What is written beside the route of a case: notes that mention colleagues, flags, warnings with their review."""
