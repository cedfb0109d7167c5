"""The desk of policy staff: one module for each family of commands of `python -m rules`."""
