"""The benefit law written once more, plainly, as a lawyer would program it, to be held against the engine.

Nothing here comes from `rules`: every figure is typed in from the notes on the law (their sections are named beside
the tables), every condition is written out in words of Python. Where the notes leave a reading open, the one stated
in the note beside the rule of the engine is taken, and named here again.

A family is a dictionary of facts under the names that cases use. A benefit is a function of a family and a day that
returns an `Outcome`, or raises `NoLawError` where the notes give no law for what it needs.
"""
