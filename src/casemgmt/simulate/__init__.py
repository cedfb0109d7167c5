"""A day of the contact centre 111, played from outside.

What is here could stand in any other program: it knows `openapi/contact-centre.md` and nothing of the service's code
(`tests/contract/test_simulator.py`).
"""
