"""The individual support plan: goals, measures by kind of help, signature and approval."""
