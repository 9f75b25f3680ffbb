"""A daemon that watches KOSPI100 and KOSDAQ150 for one KIS account, tells a person once, and never places an order."""

__version__ = "0.1.0"
