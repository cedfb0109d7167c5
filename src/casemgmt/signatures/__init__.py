"""Electronic signatures on plans: kept with what their certificate says, verified by whoever can, never assumed."""
