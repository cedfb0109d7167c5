"""Electronic signatures on plans, acts of closure and visit acts: kept as they came, verified by whoever can."""
