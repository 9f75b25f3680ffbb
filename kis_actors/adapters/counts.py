"""How often KIS was called by HTTP, and what came of it; written by one thread, read by any."""


class RestCounts:
    """Counts since it was made.

    calls: requests that went out, those for tokens and keys included. retries: calls made again after trouble.
    refusals: answers that were none. troubles: calls without an answer, by HttpTrouble.kind.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.retries = 0
        self.refusals = 0
        self.troubles: dict[str, int] = {"refused": 0, "reset": 0, "timeout": 0, "other": 0}
