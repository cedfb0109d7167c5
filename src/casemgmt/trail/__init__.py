"""Who looked at a person's record, for those who answer for it and for the person; access that is out of the usual."""
