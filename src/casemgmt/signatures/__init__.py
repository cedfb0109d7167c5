"""Electronic signatures on plans, acts and minutes: kept as they came, verified by whoever can."""
