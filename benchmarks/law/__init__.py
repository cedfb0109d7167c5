"""Measures the law as code: one family, the whole country, reforms, exactness; beside OpenFisca in the same run."""
