"""What was done about streams that went silent while their codes traded: each remedy once."""

from msgspec import Struct

SUBSCRIBED_ANEW, RENEWAL_DUE, RENEWED, GIVEN_UP = 1, 2, 3, 4


class Remedies(Struct, frozen=True):
    """How far it has come, by code: asked for anew; the link should be renewed; it was; nothing more can be done."""

    steps: dict[str, int] = {}

    def stale(self, code: str) -> "Remedies":
        """Stale once more."""
        step = self.steps.get(code, 0)
        return Remedies({**self.steps, code: GIVEN_UP if step >= RENEWED else min(step + 1, RENEWAL_DUE)})

    def cured(self, code: str) -> "Remedies":
        """The stream speaks again."""
        return Remedies({other: step for other, step in self.steps.items() if other != code})

    def renewed(self, code: str) -> "Remedies":
        """The link was to be renewed; if for `code`, it will not be for it again."""
        return Remedies({other: RENEWED if other == code else step for other, step in self.steps.items()})

    def on_another_link(self) -> "Remedies":
        """A code may be asked for anew on every link, but has one renewed only once."""
        return Remedies({code: step for code, step in self.steps.items() if step >= RENEWED})

    def is_at(self, step: int, code: str) -> bool:
        """Whether `step` is what `code` needs now."""
        return self.steps.get(code) == step
