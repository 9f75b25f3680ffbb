"""Said by Telegram, of people who may."""

from kis_actors.messages.base import Event


class CommandReceived(Event):
    """A person on the list said `text` in a chat on the list, or pressed a button under a message of ours.

    update_id: Telegram's, growing; each is here once. data: of the button, "" for a text.
    press_id: what answers the press. person: the place on the list, from "1", for ids are nobody else's business.
    chat: "" where alerts go, else whose private chat, as person.
    """

    update_id: int
    person: str
    chat: str
    text: str = ""
    data: str = ""
    press_id: str = ""
