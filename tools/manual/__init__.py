"""Makes the documentation site; behind `tools/docs`. For people and tests, imported by nothing of the product."""
