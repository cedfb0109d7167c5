"""Searches: what is looked for comes in a body, is not kept, and only what was found has an address."""
