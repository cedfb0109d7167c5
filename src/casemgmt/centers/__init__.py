"""Family support centres: rooms, specialists, sessions that can't be booked twice."""
