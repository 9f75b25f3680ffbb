"""What SubscriptionActor answers and does on request: the ranking, the slots, and pins."""

from facts import (
    HYNIX,
    LETTERED,
    OPENED,
    SAMSUNG,
    at,
    codes_numbered,
    following,
    level_closes,
    quotes_returned,
    started,
    tick,
)
from facts import universe as watching
from story import Story, given

from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.actors.subscription import PINS_MAX, nearest_of
from kis_actors.messages import (
    CommandAccepted,
    Event,
    LinkOpened,
    PinsChanged,
    ReplyGiven,
    ScanCompleted,
    SessionClosed,
    SubscribeConfirmed,
    SubscribeRequested,
    TargetsChanged,
)

SCANNED = ScanCompleted(scan=1, batches=1, failed=0, quoted=1)
NEAR, FAR = 9_250, 10_000


def scanned(prices_won: dict[str, int], *facts: Event, **monitor: object) -> Story:
    """10:00:00; every code has a level average of 10,000 won and this price; nothing is chosen yet."""
    codes = tuple(prices_won)
    known = (watching(*codes), *map(level_closes, codes), OPENED, quotes_returned(prices_won))
    run = started(monitor={"max_ws_subs": 1, **monitor}, notify={"language": "en"})
    return given(SUBSCRIPTION, run, tick("10:00:00"), *known, *facts)


def command(name: str, code: str = "") -> CommandAccepted:
    return CommandAccepted(update_id=7, person="1", chat="2", name=name, code=code)


def reply(story: Story) -> list[str]:
    (said,) = story.then_of(ReplyGiven)
    assert (said.update_id, said.chat) == (7, "2")
    return said.text.splitlines()


def targets(story: Story) -> list[str]:
    (changed,) = story.then_of(TargetsChanged)
    return [target.code for target in changed.targets]


def test_near_is_the_ranking_with_its_reasons():
    story = scanned({SAMSUNG: FAR, HYNIX: NEAR, LETTERED: 9_000})
    assert [one.code for one in nearest_of(story.state)] == [HYNIX, LETTERED, SAMSUNG]
    assert reply(story.when(command("near"))) == [
        f"1. name of {HYNIX} ({HYNIX}) 9,250 won · disparity_threshold 0.78% to go · live",
        f"2. name of {LETTERED} ({LETTERED}) 9,000 won · disparity_threshold beyond by 1.64% · no slot",
        f"3. name of {SAMSUNG} ({SAMSUNG}) 10,000 won · disparity_threshold 8.00% to go · no slot",
    ]


def test_before_a_scan_there_is_no_ranking():
    story = given(SUBSCRIPTION, started(notify={"language": "en"}), tick("08:00:00"), watching(SAMSUNG))
    assert reply(story.when(command("near"))) == ["no ranking before the first scan."]


def test_subs_are_the_slots_and_the_pins():
    asked = SubscribeRequested(code=SAMSUNG, link=1)
    confirmed, pinned = SubscribeConfirmed(code=SAMSUNG, link=1), PinsChanged(codes=(SAMSUNG, HYNIX))
    facts = (following(SAMSUNG), LinkOpened(link=1), asked, confirmed, pinned)
    assert reply(scanned({SAMSUNG: NEAR, HYNIX: FAR}, *facts).when(command("subs"))) == [
        f"· name of {SAMSUNG} ({SAMSUNG}) live 10:00:00 · pinned", f"pinned, waiting: name of {HYNIX}",
    ]  # fmt: skip


def test_without_slots_subs_say_so():
    assert reply(scanned({SAMSUNG: NEAR}).when(command("subs"))) == ["nothing is streamed."]


def test_a_pinned_code_gets_the_slot_of_a_nearer_one():
    story = scanned({SAMSUNG: FAR, HYNIX: NEAR})
    assert targets(story.when(SCANNED)) == [HYNIX]
    pinned = story.when(command("pin", SAMSUNG))
    assert pinned.then_of(PinsChanged) == (PinsChanged(codes=(SAMSUNG,)),)
    assert targets(pinned.when(SCANNED)) == [SAMSUNG]


def test_a_pin_counts_at_the_next_second_not_at_the_next_scan():
    story = scanned({SAMSUNG: FAR, HYNIX: NEAR}).when(SCANNED).when(command("pin", SAMSUNG))
    soon = story.when(tick("10:01:01"), at=at("10:01:01"))
    assert targets(soon) == [SAMSUNG]


def test_a_pin_leaves_the_shortest_stay_of_another_alone():
    story = scanned({SAMSUNG: FAR, HYNIX: NEAR}).when(SCANNED).when(command("pin", SAMSUNG))
    assert story.when(tick("10:00:30"), at=at("10:00:30")).then_of(TargetsChanged) == ()


def test_an_unpinned_code_is_ranked_like_others():
    story = scanned({SAMSUNG: FAR, HYNIX: NEAR}, PinsChanged(codes=(SAMSUNG,)))
    unpinned = story.when(command("unpin", SAMSUNG))
    assert unpinned.then_of(PinsChanged) == (PinsChanged(codes=()),)
    assert targets(unpinned.when(SCANNED)) == [HYNIX]
    assert reply(unpinned) == ["pinned: none"]


def test_pinning_twice_changes_nothing():
    story = scanned({SAMSUNG: FAR}, PinsChanged(codes=(SAMSUNG,))).when(command("pin", SAMSUNG))
    assert story.then_of(PinsChanged) == ()
    assert reply(story)[0] == f"pinned: name of {SAMSUNG} ({SAMSUNG})"


def test_pins_are_limited():
    codes = codes_numbered(PINS_MAX + 1)
    story = scanned(dict.fromkeys(codes, FAR), PinsChanged(codes=codes[:-1])).when(command("pin", codes[-1]))
    assert story.then_of(PinsChanged) == ()
    assert reply(story) == ["at most 10 codes may be pinned; /unpin one first."]


def test_a_pinned_code_without_an_average_is_followed_too():
    known = (watching(SAMSUNG, HYNIX), level_closes(HYNIX), quotes_returned({SAMSUNG: FAR, HYNIX: NEAR}))
    run = started(monitor={"max_ws_subs": 1})
    story = given(SUBSCRIPTION, run, tick("10:00:00"), *known, PinsChanged(codes=(SAMSUNG,)))
    assert nearest_of(story.state)[-1].code in (SAMSUNG, HYNIX)
    assert [one.place for one in nearest_of(story.state) if one.code == SAMSUNG] == ["slot"]


def test_pins_outlive_the_session():
    story = scanned({SAMSUNG: FAR, HYNIX: NEAR}, PinsChanged(codes=(SAMSUNG,)))
    assert story.when(SessionClosed(day=OPENED.day)).state.pins == (SAMSUNG,)


def test_other_commands_are_none_of_its_business():
    assert scanned({SAMSUNG: FAR}).when(command("why", SAMSUNG)).then() is not None
