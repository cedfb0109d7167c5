"""Import of open signals and cases from tables as bodies keep them: looked at, signed off, then all or nothing."""
