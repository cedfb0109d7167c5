"""Reference data: code lists, regions and their labels in three languages."""
