"""Bodies, their users, and the mobile groups' duty."""
