"""Measures the product beside its peers and its limits; behind `tools/bench`. Imported by nothing of the product."""
