"""`kis-actors alerts`: where a channel did not take one, what to do about it is said beside them."""

import json

import pytest
from click.testing import CliRunner
from days import logged, written
from facts import at, raised

from kis_actors.cli import cli
from kis_actors.messages import AlertDecided, NotifyFailed, NotifyRequested, NotifySent

ALERT = ("notify", 0, AlertDecided(alert_id="a-1", signal=raised(), decided_at=at("09:31:08")))
WHY = (
    "telegram did not take every alert; see why: `kis-actors events 2026-11-20 --type NotifyFailed`; "
    "see what to mend: `kis-actors doctor`\n"
)


def said(tmp_path, *arguments):
    (tmp_path / "settings.yaml").write_text("{}", "utf-8")
    words = ["alerts", "2026-11-20", "--config", str(tmp_path / "settings.yaml"), "--data-dir", str(tmp_path)]
    return CliRunner().invoke(cli, [*words, *arguments])


def log(tmp_path, outcome):
    asked = NotifyRequested(alert_id="a-1", channel="telegram", attempt=1, text="text")
    written(tmp_path, logged(ALERT, ("notify", 1, asked), ("channel", 2, outcome)))


def test_an_alert_that_was_refused_says_where_to_look(tmp_path):
    log(tmp_path, NotifyFailed(alert_id="a-1", channel="telegram", attempt=1, reason="HTTP 401 Unauthorized"))
    result = said(tmp_path)
    assert (result.exit_code, len(result.stdout.splitlines()), result.stderr) == (0, 1, WHY)


def test_what_is_for_machines_stays_so(tmp_path):
    log(tmp_path, NotifyFailed(alert_id="a-1", channel="telegram", attempt=1, reason="HTTP 401 Unauthorized"))
    assert json.loads(said(tmp_path, "--json").stdout)["alert_id"] == "a-1"


@pytest.mark.parametrize(
    "outcome",
    [
        NotifySent(alert_id="a-1", channel="telegram", attempt=1),
        NotifyFailed(alert_id="a-1", channel="telegram", attempt=1, reason="no connection", retry_after_s=5.0),
    ],
)
def test_what_arrived_or_is_tried_again_needs_nobody(tmp_path, outcome):
    log(tmp_path, outcome)
    assert said(tmp_path).stderr == ""
