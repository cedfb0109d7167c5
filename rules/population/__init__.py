"""The law at the size of the country: invented populations, runs over real or invented ones, and reforms.

Needs the optional packages of `casemgmt[population]`; `rules` itself works without them.
"""
