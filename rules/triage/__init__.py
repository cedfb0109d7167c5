"""Words and signs of danger in what was told of a child: a list with weights that anybody can read, extend and test.

They raise the urgency that is suggested for a signal, and never lower it; a person decides. No database, no clock, no
learned model: the list is the files in `signs`, its examples are the files in `cases`.
"""
