"""The duty desk: who is there at night and on days off, and what comes to whom then."""
