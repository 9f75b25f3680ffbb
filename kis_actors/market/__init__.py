"""What a trader knows of the market: sessions, holidays, watched codes, daily averages. Values and pure functions."""
