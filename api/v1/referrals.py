"""Referrals to mobile groups, and visits."""

from api.routing import Router

router = Router("/referrals", "referrals")
