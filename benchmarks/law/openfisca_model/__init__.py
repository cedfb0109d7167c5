"""The same benefits as a country package of OpenFisca, as far as it can say them; runs in an environment of its own.

What it can not say: incomes are a third level below the members, so they come as one variable for each kind and
month; a question is about a month, so it is asked for the first day of one; a fact that is not stated is a default
and not "cannot tell"; a value past its last confirmed day stays in force, and one that the law does not give is zero;
money is float32.
"""
