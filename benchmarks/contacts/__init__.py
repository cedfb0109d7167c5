"""Contacts of a contact centre at 50 a second and in bursts, beside case work and an open board."""
