"""A daemon that runs through 06:00 has yesterday sealed, and goes on meanwhile."""

import json
from pathlib import Path

from test_app import parts, running, until
from world import world

from eventlog.day import days_in, path_of
from eventlog.manifest import manifest_path_of
from kis_actors.app import App


def test_yesterday_is_sealed_beside_the_daemon(tmp_path: Path) -> None:
    with world(tmp_path, speed=30, start="05:59:30") as around:
        app = App(parts(around, []))
        thread, status = running(app)
        until(lambda: len(days_in(around.data_dir)) == 2, "a second day file")
        sealed = path_of(around.data_dir, days_in(around.data_dir)[0]).with_suffix(".sealed")
        until(manifest_path_of(sealed).exists, "a manifest")
        seq = app.view.log_seq
        until(lambda: app.view.log_seq > seq, "a record after it")
        app.stop()
        thread.join(20)
        assert status == [0]
        verified = around.command("verify")
        assert verified.returncode == 0, verified.stdout
        assert f"{sealed.stem} (sealed): whole" in verified.stdout
        assert json.loads(manifest_path_of(sealed).read_text())["rows"] > 5
        assert not path_of(around.data_dir, days_in(around.data_dir)[1]).with_suffix(".sealed").exists()
