"""The law as dated, cited data and pure functions: no database, no HTTP, no clock, no settings."""
