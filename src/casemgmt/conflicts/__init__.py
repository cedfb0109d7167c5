"""Staff conflicts: who is linked to a family is shut out of its case, whatever the role."""
