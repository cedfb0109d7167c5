"""The audit log at ten million events: appending, a person's trail, sealing, unusual access."""
