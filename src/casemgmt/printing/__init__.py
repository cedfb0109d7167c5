"""Printed documents: the individual plan, the visit act, as PDF in Kazakh or Russian, from the record as it stands."""
