"""What a trader knows of the market: sessions, holidays, the watched codes, daily averages. Values and pure functions."""
