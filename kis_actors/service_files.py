"""What a service manager needs to know of this daemon, as text: a systemd unit, and a compose file for Docker.

Pure: paths, user and needs come from whoever asks. No secret is in any of them, only where secrets will be.
"""

from pathlib import Path

from msgspec import Struct

STATE_DIRECTORY = "kis-actors"
IN_USE, UNUSABLE = 75, 78
"""Exit statuses after which starting again cannot help."""


class Place(Struct, frozen=True, kw_only=True):
    """Where and as whom the daemon is to run.

    python, config: the interpreter that has the daemon, and the settings. package_dir: where the source is, if it is
    not installed. data_dir: where the log goes; None for the service manager's own place. user: a name; "" for the
    user whose service manager it is. secrets_dir: a file there for each of `secrets`; `other_secrets` may be there.
    writable: folders to write to besides the log's. is_home_needed: whether any of these is in somebody's home.
    """

    python: Path
    config: Path
    secrets_dir: Path
    user: str
    secrets: tuple[str, ...]
    other_secrets: tuple[str, ...] = ()
    package_dir: Path | None = None
    data_dir: Path | None = None
    writable: tuple[Path, ...] = ()
    is_home_needed: bool = False


def unit_text(place: Place) -> str:
    """The unit `kis-actors.service`: of the system if the place names a user, else of the user's own manager."""
    is_system = bool(place.user)
    body = _service(place, is_system) + _limits() + (_sandbox(place) if is_system else "")
    return "\n".join([_head(), body, _install(is_system)])


def _head() -> str:
    return """\
# Written by `kis-actors install-service`, which also says what to do with it. No secret belongs in here.
[Unit]
Description=kis-actors: watches KOSPI100 and KOSDAQ150 and tells a person once
Wants=network-online.target
After=network-online.target time-sync.target
# Five ends within ten minutes: a person is needed.
StartLimitIntervalSec=600
StartLimitBurst=5
"""


def _service(place: Place, is_system: bool) -> str:
    data_dir = _word(str(place.data_dir)) if place.data_dir else f"%S/{STATE_DIRECTORY}"
    command = f"{_word(str(place.python))} -m kis_actors run --config {_word(str(place.config))} --data-dir {data_dir}"
    lines = [
        "[Service]",
        "Type=notify",
        "NotifyAccess=main",
        *([f"User={place.user}"] if is_system else []),
        "# From here the settings' own relative paths count.",
        f"WorkingDirectory={_rest(place.config.parent.parent)}",
        *([f"Environment={_word(f'PYTHONPATH={place.package_dir}')}"] if place.package_dir else []),
        "# On SIGABRT, which the watchdog sends, Python writes to the journal where each thread was.",
        "Environment=PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1",
        f"ExecStart={command}",
        "# Reads the settings again; what links and channels are made of needs a restart.",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "Restart=on-failure",
        "RestartSec=5",
        f"# {IN_USE}: another daemon has the data directory or the app key. {UNUSABLE}: settings or log need a person.",
        f"RestartPreventExitStatus={IN_USE} {UNUSABLE}",
        "# Fed only while clock, log, actors and log again go round: a daemon that hangs is started again.",
        "WatchdogSec=60",
        "# A day without a snapshot is read in seconds; a copy of the log after an unclean end may take longer.",
        "TimeoutStartSec=180",
        "# A clean stop takes up to 20 s. Only the daemon is asked; what it started ends with it.",
        "TimeoutStopSec=30",
        "KillMode=mixed",
        *([] if place.data_dir else [f"StateDirectory={STATE_DIRECTORY}", "StateDirectoryMode=0700"]),
        "UMask=0077",
        *_credentials(place),
    ]
    return "\n".join(lines) + "\n"


def _credentials(place: Place) -> list[str]:
    """Handed on in files that only the daemon can read, by names that it knows."""
    return [
        "# Each value is alone in its file. The daemon sees copies that only it can read.",
        *(f"LoadCredential={name}:{_rest(place.secrets_dir / name)}" for name in place.secrets),
        *(f"# LoadCredential={name}:{_rest(place.secrets_dir / name)}" for name in place.other_secrets),
    ]


def _limits() -> str:
    return """\
# Several times what a day takes: beyond this is a fault, and starting again from the log is quick.
MemoryMax=1G
TasksMax=256
# What runs beside the daemon, the watch page say, may be ended for it alone.
OOMPolicy=continue
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
"""


def _sandbox(place: Place) -> str:
    """What only the system's manager may do: a view of the machine in which there is little to harm."""
    home = "read-only" if place.is_home_needed else "yes"
    own = [place.data_dir] if place.data_dir else []
    writable = "".join(f"ReadWritePaths={_word(str(path))}\n" for path in [*own, *place.writable])
    return f"""\
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={home}
{writable}PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
KeyringMode=private
RemoveIPC=yes
"""


def _install(is_system: bool) -> str:
    return f"[Install]\nWantedBy={'multi-user' if is_system else 'default'}.target\n"


def _rest(path: Path) -> str:
    """Where systemd takes the rest of the line as it is, but for its specifiers."""
    return str(path).replace("%", "%%")


def _word(text: str) -> str:
    """One word of a line that systemd splits at blanks."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if any(character in text for character in " '\"\\;#") else text


# --- Docker


def compose_text(place: Place, *, build: Path, data_dir: Path, user: str) -> str:
    """`compose.yaml`: the image from the folder `build`, run as `user` (uid:gid), with log and keys outside of it."""
    config = place.config.parent
    inside = f"/app/{config.name}"  # one folder below another, as settings name their files from above their own
    is_fixed = "" if place.writable else ", read_only: true"
    keys = "\n".join(f"      - {name}" for name in place.secrets)
    files = "\n".join(f"  {name}: {{file: {_scalar(place.secrets_dir / name)}}}" for name in place.secrets)
    more = "\n".join(f"  # {name}: {{file: {_scalar(place.secrets_dir / name)}}}" for name in place.other_secrets)
    return f"""\
# Written by `kis-actors install-service --docker`, which also says what to do with it. No secret belongs in here.
services:
  kis-actors:
    build: {_scalar(build)}
    image: kis-actors
    user: "{user}"
    command: [run, --config, {_quoted(f"{inside}/{place.config.name}")}, --data-dir, /data]
    restart: on-failure:5
    stop_grace_period: 30s
    init: true
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    tmpfs: [/tmp]
    mem_limit: 1g
    pids_limit: 256
    environment:
      CREDENTIALS_DIRECTORY: /run/secrets
    volumes:
      - {{type: bind, source: {_scalar(data_dir)}, target: /data}}
      - {{type: bind, source: {_scalar(config)}, target: {_quoted(inside)}{is_fixed}}}
    secrets:
{keys}
secrets:
{files}
  # Name these above, too, once there are such files:
{more}
"""


def _scalar(path: Path) -> str:
    return _quoted(str(path))


def _quoted(text: str) -> str:
    """As compose reads it: quoted YAML, in which $ would begin a variable."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'
