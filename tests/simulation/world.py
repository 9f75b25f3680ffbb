"""A whole seed: trouble with restarts in it, then calm in which everything must come right, and a probe at the end."""

from collections.abc import Iterable
from datetime import timedelta

from facts import DAY, at

from kis_actors.cores import CORES
from kis_actors.day_files import Opening, day_to_open, open_day
from kis_actors.messages import ClockTicked, RunEnded, SettingsUnchanged
from kis_actors.policies.registrations import key_of
from kis_actors.units import log_day_of
from simulation import judging, oracle
from simulation.disk import Broken, Folder, Killed, in_memory
from simulation.fates import CALM, patience_s
from simulation.link import Socket
from simulation.people import Channels, Chat
from simulation.process import Edges, Process
from simulation.quotes import Market, Quotes
from simulation.report import Report
from simulation.stage import Stage, Tell

INPUTS_MIN, TROUBLE_INPUTS = 2000, 1800
CRASHES_MIN = 3
THOROUGH_EVERY = 16
"""Of so many seeds one is checked by what costs as much again as playing it: all of its log, read anew."""
HEALED_S = 60.0
STEPS_MAX = 200_000
START = at("10:00:00", DAY - timedelta(days=4))
"""A Monday; so there are four nights before the market closes for two days."""
FRIDAY = 4


class World:
    """Everything that is not the daemon, and the scheduler."""

    def __init__(self, seed: int, tell: Tell | None = None) -> None:
        self.stage = Stage(seed, START, tell)
        chance = self.stage.chance
        barred = chance.choice((*self.stage.codes, "", "", ""))
        self.market = Market(self.stage, self.stage.codes)
        self.channels = Channels(self.stage)
        self.edges = Edges(
            Quotes(self.stage, self.market), Socket(self.stage, self.market, barred), self.channels,
            Chat(self.stage, self.channels),
        )  # fmt: skip
        self.folder = Folder(self.stage.disk)
        self.report = Report(seed)
        self.is_thorough = seed % THOROUGH_EVERY == 0
        self.gap_s = chance.choice((0.2, 0.4, 1.0))
        self.process: Process | None = None
        self.deaths_due = sorted(chance.randint(1, TROUBLE_INPUTS - 100) for _ in range(chance.choice((3, 3, 4, 6))))
        self._steps_left: int | None = None
        self._last: Process | None = None

    def play(self) -> Report:
        """The whole seed. Raises Broken."""
        self.stage.in_world(0.1, self._trade)
        self._boot()
        while self.stage.inputs < TROUBLE_INPUTS or self.deaths_due:
            self._go_on()
        while self.report.deaths < CRASHES_MIN:
            self._steps_left = self.stage.chance.randint(0, 12)
            self._go_on()
        self._heal()
        self._probe()
        while self.stage.inputs < INPUTS_MIN:
            self._go_on()
        self._await_health()
        stopping_seq = self.stage.disk.last_seq
        self._stop()
        self._sum_up(stopping_seq)
        return self.report

    # --- the world's own pace

    def _tick(self) -> None:
        stage = self.stage
        stalled_s = stage.chance.uniform(2, 20) if stage.happens(stage.fates.stalls) else 0.0
        stage.in_process(1.0 + stalled_s, self._tick)
        stage.observe("clock", ClockTicked(now=stage.now))
        if stage.happens(stage.fates.says):
            self.edges.chat.say_something()
        if self.edges.chat.reload_wanted:
            self.edges.chat.reload_wanted = False
            stage.observe("app", SettingsUnchanged())

    def _trade(self) -> None:
        self.stage.in_world(self.stage.chance.uniform(0.1, 2 * self.gap_s), self._trade)
        self.edges.socket.speak(self.market.move())

    def _go_on(self) -> None:
        """The next thing happens, and some or all of what follows from it."""
        try:
            self.stage.happen_next()
            if self.deaths_due and self.stage.inputs >= self.deaths_due[0]:
                self.deaths_due.pop(0)
                self._plan_death()
            self._process.perhaps_snapshot(self.stage.fates.notes)
            settles = self.stage.happens(self.stage.fates.settles) or self._process.is_behind()
            self._settle(STEPS_MAX if settles else self.stage.chance.randint(0, 6))
        except Killed:
            self._die()

    @property
    def _process(self) -> Process:
        assert self.process is not None
        return self.process

    def _settle(self, steps: int = STEPS_MAX) -> None:
        process = self._process
        for _ in range(steps):
            if self._steps_left is not None:
                self._come_closer_to_death()
            if not process.step():
                return
        if steps == STEPS_MAX:
            raise Broken(f"I11: the actors are still busy after {STEPS_MAX} steps")

    def _come_closer_to_death(self) -> None:
        assert self._steps_left is not None
        self._steps_left -= not self._process.is_idle()
        if self._steps_left < 0:
            raise Killed

    # --- lives and deaths

    def _plan_death(self) -> None:
        """In the middle of the actors' work, in a commit, at a clean end, or at the turn of the day."""
        chance = self.stage.chance
        night = "stop" if self.stage.now.weekday() == FRIDAY else "day"
        manner = chance.choice(("steps", "steps", "write", "write", "stop", night))
        self.stage.trace("death comes:", manner)
        if manner == "steps":
            self._process.perhaps_snapshot(0.5)
            self._steps_left = chance.randint(0, 12)
        elif manner == "write":
            self._die_in_a_write(3)
        elif manner == "stop":
            self._stop()
            self._boot()
        else:
            self._next_day()

    def _die_in_a_write(self, most: int) -> None:
        """One of the next commits is the last, and may have happened."""
        self.stage.disk.writes_left = self.stage.chance.randint(0, most)
        self.stage.disk.is_kept = self.stage.happens(0.5)

    def _die(self) -> None:
        """After kill -9: what was told must be durable, and the state must come out of the log as it was."""
        self.stage.trace("killed")
        self.report.deaths += 1
        told_seq = self._process.told_seq()
        self._forget_process()
        if told_seq > self.stage.disk.last_seq:
            raise Broken(f"I1: actors were told {told_seq}, durable is {self.stage.disk.last_seq}")
        self.stage.pass_until(self.stage.after_s(self.stage.chance.choice((0.1, 3.0, 30.0))))
        self._boot()

    def _stop(self) -> None:
        """A clean end, as app.System makes one."""
        self._settle()
        self.edges.socket.stop()
        self.channels.stop()
        self._settle()
        self._process.take_snapshot()
        self.stage.observe("app", RunEnded(reason="stopped"))
        self._process.commit()
        self._process.writer.close()
        oracle.bounded_states(self._process.states())
        self._forget_process()

    def _forget_process(self) -> None:
        """All that was in memory, or on its way to it."""
        self._last, self.process = self.process or self._last, None
        self.stage.attach(None)
        self.stage.life += 1
        self.stage.disk.writing = None
        self.stage.disk.writes_left = self._steps_left = None
        for edge in (self.edges.quotes, self.edges.socket, self.channels):
            edge.died()

    def _next_day(self) -> None:
        """The night falls on a clean end or on a crash, perhaps with a crash in the morning's start."""
        if self.stage.happens(0.5):
            self._stop()
        else:
            self._settle(self.stage.chance.randint(0, 10))
            self._trade_all(self.stage.codes, is_diving=self.stage.happens(0.8))
            self._process.commit()  # durable, and nobody has heard of it
            self.report.deaths += 1
            self._forget_process()
        morning = self.stage.now.replace(hour=8, minute=59, second=self.stage.chance.randint(0, 59))
        self.stage.now_ns = int((morning + timedelta(days=1)).timestamp()) * 1_000_000_000
        if self.stage.happens(0.4):
            self._die_in_a_write(4)
        self._boot()

    def _boot(self) -> None:
        """Recovery, until one survives it."""
        while self.process is None:
            try:
                day = day_to_open(self.folder, log_day_of(self.stage.now), self.stage.trace)  # type: ignore[arg-type]
                opening = open_day(self.folder, day, CORES, "full")  # type: ignore[arg-type]
                self._check_opening(opening)
                self.stage.trace("starts, undecided", len(opening.undecided), "in doubt", len(opening.in_doubt))
                self.process = Process(self.stage, self.edges, opening, opening.path)  # type: ignore[arg-type]
                self._tick()
            except Killed:
                self.report.deaths += 1
                self._forget_process()

    def _check_opening(self, opening: Opening) -> None:
        """What came out of the log is what was; and, of a new day file, what the one before leads to."""
        if self._last:
            oracle.is_as_it_was(self._last.end(), opening)
            self._last = None
        names = list(self.stage.disk.files)
        is_new = len(names) > max(1, len(self.report.days))
        if is_new:
            oracle.carries_what_is_written(opening)
        if self.is_thorough:
            oracle.snapshot_is_fold(opening)
            if is_new:
                oracle.carried_is_fold(Folder(self.stage.disk, names[-2]), opening.states)
        self.report.days = names

    # --- the end

    def _heal(self) -> None:
        """I13: when the trouble ends, all is as wanted after 60 s and the waits that are stated."""
        self.stage.fates = CALM
        self.edges.quotes.end_outage()
        self.edges.socket.unmute()
        self.stage.disk.writes_left = self._steps_left = None
        self._say_resume()
        begun_ns = self.stage.now_ns
        self._await_health()
        self.report.healed_s = (self.stage.now_ns - begun_ns) / 1e9

    def _say_resume(self) -> None:
        """Again and again, for too many commands within a minute are refused."""
        self.edges.chat.say("/resume")
        self.stage.in_world(20.0, self._say_resume)

    def _await_health(self) -> None:
        begun_ns = self.stage.now_ns
        stated_s = max(patience_s(self.stage.settings), oracle.averages_wait_s(self._process.states(), self.stage.now))
        deadline_ns = self.stage.after_s(stated_s + HEALED_S)
        while problem := oracle.unhealed(self._process.states(), self.edges, self.stage.now):
            if self.stage.now_ns > deadline_ns:
                raise Broken(f"I13: {(self.stage.now_ns - begun_ns) / 1e9:.0f} s after the trouble {problem}")
            self._go_on()

    def _probe(self) -> None:
        """A fall that nobody can miss must reach the person on every channel."""
        settings = self.stage.settings
        self.market.is_restless = False
        self._trade_all(self.stage.codes, is_diving=False)
        self._pass(settings.monitor.alert_cooldown_sec + settings.notify.burst_sec + 5)
        self._await_health()
        self._trade_all(self.stage.codes, is_diving=False)  # what is followed only since then is seen to recover too
        states = self._process.states()
        followed = [target.code for target in states["subscription"].targets]
        known = [code for code in followed if states["signal"].day.closes_won.get(code)]  # pins may have no average
        sure = [code for code in known if key_of("H0STCNT0", code) in self.edges.socket.live]
        fallen_ns = self.stage.now_ns
        self._trade_all(known, is_diving=True)
        self._pass(settings.notify.burst_sec + settings.monitor.scan_interval_sec + 10)
        oracle.person_knows(self.channels, sure, fallen_ns, "after all was well again")

    def _trade_all(self, codes: Iterable[str], *, is_diving: bool) -> None:
        """All of them at once, on that side of the threshold."""
        for code in codes:
            self.market.stocks[code].is_diving = is_diving
            self.market.trade(code)
            self.edges.socket.speak(code)

    def _pass(self, duration_s: float) -> None:
        until_ns = self.stage.after_s(duration_s)
        while self.stage.now_ns < until_ns:
            self._go_on()

    def _sum_up(self, stopping_seq: int) -> None:
        report, disk = self.report, self.stage.disk
        report.inputs, report.records = self.stage.inputs, disk.last_seq
        report.received = len(self.channels.received)
        report.chain = disk.files[report.days[-1]].last_commit[1].hex()
        folders = [Folder(disk, name) for name in disk.files]
        report.alerts = judging.judged(folders, self.stage.settings, self.channels, stopping_seq)
        judging.connects_within(self.edges.socket.connects_ns, self.stage.settings)
        if self.is_thorough:
            judging.whole_logs(folders, report.seed)


def played(seed: int, tell: Tell | None = None) -> Report:
    """One seed from end to end; what broke is in the report."""
    with in_memory():
        world = World(seed, tell)
        try:
            return world.play()
        except Broken as broken:
            world.report.broken = str(broken)
        except Exception as bug:  # of the daemon or of the simulation; whoever plays many must hear of which seed
            world.report.broken = f"bug: {type(bug).__name__}: {bug}"
        world.report.inputs = world.stage.inputs
        return world.report
