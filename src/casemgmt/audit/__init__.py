"""The audit log: one event for every write and every personal read, in the same transaction."""
