"""Parts of an actor's core that are a subject of their own: each a state, its evolve, and the steps of its decide."""
