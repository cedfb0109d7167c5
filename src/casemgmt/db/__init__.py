"""The database: tables' common ground, connections, the unit of work, the SQL that guards sight and truth."""
