"""Referrals to other bodies: one thing is asked of a body, which sees of the child what that takes and no more."""
