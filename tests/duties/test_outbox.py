"""The outbox: each message arrives once, or a person learns that it did not."""

from itertools import pairwise

import pytest
from facts import DAY, OPENED, at, started, three_ways, tick
from msgspec.structs import replace
from telling import BOTH, TELEGRAM, Person, busy_for, refused, run, sent, signal_of, unanswered, unconnected, unknown

from kis_actors.actors.notify import CORE as NOTIFY
from kis_actors.duties import outbox
from kis_actors.duties.outbox import Outbox
from kis_actors.messages import DigestDecided, Event, NotifyExpired, NotifyRequested, SafeModeEntered

TROUBLE = SafeModeEntered(reason="no answer", interval_s=120.0)
MARK = "repeat (first delivery unconfirmed)"


def with_telegram(answer) -> Person:
    return Person(answers={"telegram": answer}, **BOTH)


def in_order(*answers):
    """The first answer to the first question, and so on; the last one from then on."""
    left = list(answers)
    return lambda asked: (left.pop(0) if len(left) > 1 else left[0])(asked)


def long_unconnected() -> Person:
    """One message, and Telegram was not there while it was worth sending."""
    return with_telegram(unconnected).signals(1).until("10:30:00")


def back(person: Person, time_of_day: str, number: int = 90) -> Person:
    """Telegram works again, and somebody is told of something else."""
    person.until(time_of_day)
    person.answers["telegram"] = sent
    return person.signals(number)


def request(alert_id: str, text: str = "a title", channel: str = "telegram") -> NotifyRequested:
    return NotifyRequested(alert_id=alert_id, channel=channel, attempt=1, text=text, until=at("10:10:00"))


def expired(*requests: NotifyRequested) -> Outbox:
    """An outbox in which all of these have."""
    box = run_through(Outbox(), started(notify={"language": "en"}), tick("10:00:00"))
    for asked in requests:
        over = NotifyExpired(alert_id=asked.alert_id, channel=asked.channel, title="a title")
        box = run_through(box, asked, unconnected(asked), over)
    return box


def run_through(box: Outbox, *events: Event) -> Outbox:
    for event in events:
        box = outbox.evolve(box, event)
    return box


def asked_by(step, box: Outbox, event: Event) -> NotifyRequested:
    """The one question that follows."""
    (asked,) = step(outbox.evolve(box, event), event)
    return asked


# --- asked again


def test_a_message_that_arrives_is_asked_for_once():
    assert with_telegram(sent).signals(1).until("10:30:00").times() == ["10:00:00"]


def test_a_busy_channel_is_asked_again_when_it_said():
    person = with_telegram(in_order(busy_for(37.0), sent)).signals(1).until("10:30:00")
    assert person.times() == ["10:00:00", "10:00:37"]


def test_a_busy_channel_is_not_asked_a_second_sooner():
    assert with_telegram(busy_for(37.0)).signals(1).until("10:00:36").times() == ["10:00:00"]


def test_what_is_asked_again_is_the_same_message():
    first, second = with_telegram(in_order(busy_for(9.0), sent)).signals(1).until("10:01:00").asked()
    assert second == replace(first, attempt=2)


def test_what_did_not_arrive_for_certain_is_not_marked():
    _, second = with_telegram(in_order(busy_for(9.0), sent)).signals(1).until("10:01:00").asked()
    assert MARK not in second.text


def test_a_channel_may_be_busy_twice():
    person = with_telegram(in_order(busy_for(30.0), busy_for(40.0), sent)).signals(1).until("10:30:00")
    assert person.times() == ["10:00:00", "10:00:30", "10:01:10"]


def test_without_a_connection_the_waits_grow():
    waits = [at(after) - at(before) for before, after in pairwise(long_unconnected().times())]
    assert [wait.seconds for wait in waits] == [5, 5, 8, 16, 32, *[60] * 8]


def test_a_refusal_for_good_is_final():
    person = with_telegram(refused).signals(1).until("10:30:00")
    assert (person.times(), person.all_of(NotifyExpired)) == (["10:00:00"], [])


def test_a_refusal_for_good_of_the_second_try_is_final():
    person = with_telegram(in_order(busy_for(9.0), refused)).signals(1).until("10:30:00")
    assert person.times() == ["10:00:00", "10:00:09"]


def test_nothing_waits_after_a_message_arrived_late():
    box = with_telegram(in_order(unconnected, sent)).signals(1).until("10:01:00").state.outbox
    assert (box.open, box.waiting, box.expired) == ({}, {}, ())


# --- not worth it any more


def test_what_is_not_worth_it_any_more_has_expired_once():
    person = long_unconnected().until("11:00:00")
    (expired,) = person.all_of(NotifyExpired)
    assert expired.title == person.asked()[0].text.splitlines()[0]


def test_nothing_is_asked_for_after_it_was_worth_it():
    assert max(long_unconnected().times()) < "10:10:00"


def test_how_long_it_is_worth_it_is_a_setting():
    person = Person(answers={"telegram": unconnected}, worth_sec=60.0).signals(1).until("10:30:00")
    assert person.times() == ["10:00:00", "10:00:05", "10:00:10", "10:00:18", "10:00:34"]


def test_at_the_very_end_it_is_not_worth_it_any_more():
    person = Person(answers={"telegram": busy_for(60.0)}, worth_sec=60.0).signals(1).until("10:01:00")
    assert (person.times(), len(person.all_of(NotifyExpired))) == (["10:00:00"], 1)


def test_a_message_that_had_expired_is_not_told_late():
    person = back(long_unconnected(), "10:30:00").until("11:00:00")
    assert person.times().count("10:30:00") == 2 and max(person.times()) == "10:30:00"


def test_what_expired_is_recapped_once():
    person = back(long_unconnected(), "10:30:00").signals(91, 92).until("11:00:00")
    (recap,) = person.recaps()
    assert recap.covers == (person.asked()[0].alert_id,)


def test_the_recap_names_every_message():
    person = with_telegram(unconnected).signals(1, 2, 3).until("10:30:00")
    (recap,) = back(person, "10:31:00").recaps()
    assert [f"name {number}" in recap.text for number in (1, 2, 3)] == [True] * 3


def test_no_recap_comes_of_what_arrived_late():
    person = with_telegram(unconnected).signals(1).until("10:05:00")
    assert back(person, "10:05:00").until("11:00:00").recaps() == []


def test_a_recap_that_finds_no_connection_is_asked_for_again():
    person = long_unconnected()
    person.answers["telegram"] = in_order(sent, unconnected, sent)
    recaps = [asked.attempt for asked in person.signals(2).until("11:00:00").asked() if asked.covers]
    assert recaps == [1, 2]


def test_a_recap_of_unknown_fate_is_repeated_once():
    person = long_unconnected()
    person.answers["telegram"] = in_order(sent, unknown, unknown, sent)
    recaps = [asked.is_repeat for asked in person.signals(2).until("11:00:00").asked() if asked.covers]
    assert recaps == [False, True]


def test_a_digest_does_not_take_the_place_of_the_recap():
    person = with_telegram(unconnected).signals(1).until("10:30:00").signals(*range(10, 17)).until("10:45:00")
    assert person.all_of(DigestDecided)
    covered = {alert_id for recap in back(person, "11:00:00").recaps() for alert_id in recap.covers}
    assert person.asked()[0].alert_id in covered


def test_the_recap_names_a_repeat_by_what_it_is_about():
    person = with_telegram(in_order(unknown, unconnected)).signals(1).until("10:30:00")
    (recap,) = back(person, "10:30:00").recaps()
    assert "name 1" in recap.text


def test_the_recap_counts_every_message_of_its_channel():
    person = Person(answers=dict.fromkeys(("telegram", "discord"), unconnected), **BOTH, burst_alerts=1000)
    person.signals(*range(1, 31)).until("10:30:00")
    assert len(person.all_of(NotifyExpired)) == 60
    (recap,) = back(person, "10:30:00").recaps()
    assert len(recap.covers) == 30


def test_a_recap_refused_for_good_is_not_repeated():
    person = long_unconnected()
    person.answers["telegram"] = in_order(sent, refused, sent)
    assert len(person.signals(2).until("11:00:00").signals(3).recaps()) == 1


def test_a_recap_within_quiet_hours_is_silent():
    quiet = {"enabled": True, "quiet": "10:15-07:00"}
    person = Person(answers={"telegram": unconnected}, telegram=quiet).signals(1).until("10:30:00")
    (recap,) = back(person, "10:30:00").recaps()
    assert recap.is_silent


def test_a_recap_is_as_silent_as_what_it_recaps():
    silent = {"enabled": True, "signal": "silent", "summary": "silent"}
    person = Person(answers={"telegram": unconnected}, telegram=silent).signals(1).until("10:30:00")
    (recap,) = back(person, "10:30:00").recaps()
    assert recap.is_silent


@pytest.mark.parametrize(("count", "ends_with"), [(1000, "name 1000"), (1003, "… +3")])
def test_the_recap_says_how_many_more_there_were(count, ends_with):
    person = with_telegram(sent)
    requests = [request(f"a-{number}", f"name {number}") for number in range(1, count + 1)]
    person.state = replace(person.state, outbox=expired(*requests))
    (recap,) = back(person, "10:00:01").recaps()
    assert recap.text.startswith(f"[{count} messages") and recap.text.splitlines()[-1].endswith(ends_with)


def test_how_many_more_there_were_is_said_once():
    requests = [request(f"a-{number}") for number in range(1003)]
    asked = asked_by(outbox.recap, expired(*requests), sent(request("b")))
    left = outbox.evolve(expired(*requests), asked)
    assert (left.expired, left.unlisted) == ((), {})


def test_how_many_more_is_counted_for_each_channel():
    requests = [request(f"a-{number}", channel=name) for number in range(1001) for name in ("telegram", "discord")]
    box = expired(*requests, request("one more"))
    left = outbox.evolve(box, asked_by(outbox.recap, box, sent(request("b"))))
    assert (box.unlisted, left.unlisted) == ({"telegram": 2, "discord": 1}, {"discord": 1})


# --- nobody knows


def test_what_nobody_knows_is_repeated_once_and_marked():
    first, second = with_telegram(unknown).signals(1).until("11:00:00").asked()
    assert second == replace(first, attempt=2, is_repeat=True, text=f"{MARK}\n{first.text}")


def test_a_repeat_that_finds_no_connection_is_asked_for_again():
    person = with_telegram(in_order(unknown, unconnected, sent)).signals(1).until("11:00:00")
    assert [(asked.attempt, asked.is_repeat) for asked in person.asked()] == [(1, False), (2, True), (3, True)]


def test_a_repeat_is_marked_once_however_often_it_is_asked_for():
    person = with_telegram(in_order(unknown, unconnected, sent)).signals(1).until("11:00:00")
    assert person.asked()[2].text.count(MARK) == 1


def test_a_second_try_that_nobody_knows_of_is_repeated():
    person = with_telegram(in_order(busy_for(9.0), unknown, sent)).signals(1).until("11:00:00")
    assert [asked.is_repeat for asked in person.asked()] == [False, False, True]


def test_a_doubt_when_it_is_not_worth_it_any_more_is_recapped_as_one():
    """The question is answered so late that its repeat would come too late."""
    person = with_telegram(unanswered).signals(1).until("10:10:00")
    person.hear(unknown(person.asked()[0]))
    (recap,) = back(person, "10:30:00").recaps()
    assert (len(person.asked()), len(person.all_of(NotifyExpired))) == (3, 1)
    assert recap.text.splitlines()[1].endswith("(delivery unconfirmed)")


def test_a_second_doubt_is_the_end():
    person = with_telegram(unanswered).signals(1)
    person.hear(unknown(person.asked()[0]))
    person.until("10:10:00").hear(unknown(person.asked()[1]))
    assert back(person, "10:30:00").recaps() == [] and person.all_of(NotifyExpired) == []


def test_a_repeat_that_never_found_a_connection_is_recapped_as_a_doubt():
    person = with_telegram(in_order(unknown, unconnected)).signals(1).until("10:30:00")
    (recap,) = back(person, "10:30:00").recaps()
    assert recap.text.splitlines()[1].endswith("(delivery unconfirmed)")


def test_what_certainly_did_not_arrive_is_recapped_without_a_doubt():
    (recap,) = back(long_unconnected(), "10:30:00").recaps()
    assert "unconfirmed" not in recap.text


@pytest.mark.parametrize("answer", [unconnected, unknown, refused])
def test_an_answer_to_a_try_before_changes_nothing(answer):
    person = with_telegram(in_order(busy_for(9.0), unanswered)).signals(1).until("10:00:10")
    before = person.state.outbox
    person.hear(answer(person.asked()[0]))
    assert person.state.outbox == before


def test_a_doubt_of_a_try_before_hurries_nothing():
    person = with_telegram(in_order(busy_for(9.0), busy_for(60.0), unanswered)).signals(1).until("10:00:10")
    person.hear(unknown(person.asked()[0]))
    assert len(person.asked()) == 2


# --- before the first tick


def test_a_failure_before_the_first_tick_is_asked_for_again_at_it():
    first = request("a")
    box = outbox.evolve(outbox.evolve(outbox.Outbox(), first), unconnected(first))
    assert asked_by(outbox.ask_again, box, tick("10:00:00")) == replace(first, attempt=2)


# --- one channel and another


@pytest.mark.parametrize("answer", [unconnected, busy_for(600.0), unknown, refused])
def test_a_dead_channel_does_not_hold_up_the_other(answer):
    person = with_telegram(answer).signals(1).until("10:20:00").signals(2).until("10:40:00")
    assert person.times("discord") == ["10:00:00", "10:20:00"]


def test_a_dead_channel_is_recapped_on_itself_alone():
    person = back(long_unconnected(), "10:30:00").until("11:00:00")
    assert (len(person.recaps()), person.recaps("discord")) == (1, [])


def test_a_working_channel_does_not_use_up_the_recap_of_the_other():
    person = long_unconnected().signals(2, 3)
    assert len(back(person, "10:31:00").recaps()) == 1


# --- a restart


def test_what_waits_outlives_a_restart():
    person = with_telegram(in_order(busy_for(37.0), sent)).signals(1).until("10:00:10")
    person.hear(run(**BOTH))
    assert person.until("10:30:00").times() == ["10:00:00", "10:00:37"]


def test_what_expired_is_recapped_after_a_restart():
    person = long_unconnected()
    person.hear(run(**BOTH))
    assert len(back(person, "10:30:01").recaps()) == 1


def restarted_in_doubt(person: Person) -> Person:
    """What has no answer yet is in doubt."""
    person.hear(replace(run(**BOTH), in_doubt=tuple(person.state.open.values())))
    return person


def test_a_recap_waits_for_the_time_of_day():
    """Whether it is quiet now, nobody knows before the first tick of a run."""
    person = with_telegram(unconnected).signals(1).until("10:30:00")
    person.answers["telegram"] = sent
    person.hear(run(**BOTH))
    assert (person.signals(2).recaps(), len(person.until("10:30:01").signals(3).recaps())) == ([], 1)


def test_what_is_in_doubt_at_a_restart_is_repeated_once():
    person = restarted_in_doubt(with_telegram(in_order(unanswered, sent)).signals(1)).until("10:30:00")
    assert [asked.is_repeat for asked in person.asked()] == [False, True]


def test_a_repeat_in_doubt_at_a_second_restart_is_not_repeated():
    person = restarted_in_doubt(restarted_in_doubt(with_telegram(unanswered).signals(1))).until("10:30:00")
    assert [asked.is_repeat for asked in person.asked()] == [False, True]


def test_what_is_in_doubt_after_a_long_stop_is_recapped_as_a_doubt():
    person = with_telegram(unanswered).signals(1)
    person.now = at("12:00:00")
    restarted_in_doubt(person).until("12:00:05")
    (recap,) = back(person, "12:30:00").recaps()
    assert [asked.is_repeat for asked in person.asked()] == [False, False, False]
    assert recap.text.splitlines()[1].endswith("(delivery unconfirmed)")


def test_what_arrived_is_not_in_doubt_at_a_restart():
    assert restarted_in_doubt(with_telegram(unanswered).signals(1)).times("discord") == ["10:00:00"]


def test_what_waited_through_a_long_stop_has_expired():
    person = with_telegram(busy_for(37.0)).signals(1).skip_to("12:00:00")
    assert (person.times(), len(person.all_of(NotifyExpired))) == (["10:00:00"], 1)


def test_a_recovered_outbox_is_as_it_was():
    asked = NotifyRequested(alert_id=f"open-{DAY}", channel="telegram", attempt=1, text="")
    told = (started(notify=TELEGRAM), tick("10:00:00"), OPENED, signal_of(1), TROUBLE)
    after = (unconnected(asked), tick("10:00:05"), tick("10:20:00"), sent(asked), tick("10:20:01"))
    lived, carried, rebuilt = three_ways(NOTIFY, *told, *after)
    assert lived == carried == rebuilt
