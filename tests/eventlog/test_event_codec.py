"""Names, versions and payloads, and how old shapes become today's."""

import msgspec
import pytest

from eventlog.codec import Codec, UnknownEvent


class Seen(msgspec.Struct, frozen=True):
    """Today's shape, version 3. Version 1 said `cost` in thousands; version 2 called the price `cost_won`."""

    price_won: int
    note: str = ""


def in_won(fields):
    return {"cost_won": fields["cost"] * 1000}


def renamed(fields):
    return {"price_won": fields["cost_won"]}


CODEC = Codec({Seen: ("Seen", 3)}, {("Seen", 1): in_won, ("Seen", 2): renamed})


def test_an_event_is_its_name_version_and_payload():
    assert CODEC.encode(Seen(71_900)) == ("Seen", 3, b'{"price_won":71900,"note":""}')


def test_an_event_comes_back_as_it_was():
    assert CODEC.decode(*CODEC.encode(Seen(71_900, "삼성"))) == Seen(71_900, "삼성")


def test_a_field_with_a_default_may_be_absent():
    assert CODEC.decode("Seen", 3, b'{"price_won":71900}') == Seen(71_900)


def test_a_field_of_newer_code_is_passed_over():
    assert CODEC.decode("Seen", 3, b'{"price_won":71900,"later":1}') == Seen(71_900)


def test_the_version_before_is_lifted_once():
    assert CODEC.decode("Seen", 2, b'{"cost_won":71900}') == Seen(71_900)


def test_an_older_version_is_lifted_step_by_step():
    assert CODEC.decode("Seen", 1, b'{"cost":72}') == Seen(72_000)


def test_an_unknown_name_is_refused():
    with pytest.raises(UnknownEvent, match="Heard version 1: this code knows up to 0"):
        CODEC.decode("Heard", 1, b"{}")


def test_a_newer_version_is_refused():
    with pytest.raises(UnknownEvent, match="Seen version 4: this code knows up to 3; use newer code"):
        CODEC.decode("Seen", 4, b"{}")


@pytest.mark.parametrize("payload", [b'{"price_won":"x"}', b"{}", b"[]"])
def test_a_payload_of_another_shape_is_refused(payload):
    with pytest.raises(msgspec.ValidationError):
        CODEC.decode("Seen", 3, payload)


def test_a_class_without_a_name_cannot_be_written():
    with pytest.raises(KeyError):
        CODEC.encode("no event")  # type: ignore[type-var]
