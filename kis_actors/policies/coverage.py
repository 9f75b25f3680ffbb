"""Which codes no scan has had a price of for a while, though most of the scan went well."""

from msgspec import Struct
from msgspec.structs import replace


class Coverage(Struct, frozen=True):
    """open: codes of the scan under way without a price yet. missed: how often in a row, by code.

    said: those a person was told of today.
    """

    open: tuple[str, ...] = ()
    missed: dict[str, int] = {}
    said: tuple[str, ...] = ()

    def asked(self, batch: int, codes: tuple[str, ...]) -> "Coverage":
        """With a batch of a scan of all codes asked for; the first begins the scan."""
        return replace(self, open=codes if batch == 1 else (*self.open, *codes))

    def quoted(self, codes: tuple[str, ...]) -> "Coverage":
        """With prices of these codes."""
        return replace(self, open=tuple(code for code in self.open if code not in codes))

    def completed(self) -> "Coverage":
        """With that scan over."""
        return replace(self, open=(), missed={code: self.missed.get(code, 0) + 1 for code in self.open})

    def news(self, scans: int) -> tuple[str, ...]:
        """The codes missed so often in a row that nobody was told of today."""
        return tuple(code for code, count in self.missed.items() if count >= scans and code not in self.said)

    def told(self, codes: tuple[str, ...]) -> "Coverage":
        """With these codes told of."""
        return replace(self, said=(*self.said, *codes))
