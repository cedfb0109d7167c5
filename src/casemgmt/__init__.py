"""The service: features with their tables, states, policies and use cases."""
