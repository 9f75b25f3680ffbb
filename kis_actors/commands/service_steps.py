"""What a person does with the file of `kis-actors install-service`, step by step, in the commands of this machine."""

from pathlib import Path

from kis_actors.service_files import STATE_DIRECTORY, Place

SERVICE_USER = "kis-actors"
CONTAINER_USER = 10001
UNITS, OWN_UNITS = Path("/etc/systemd/system"), Path("~/.config/systemd/user")


def unit_steps(place: Place, unit: Path) -> list[str]:
    """From the unit just written to a daemon that runs."""
    is_system = bool(place.user)
    sudo, ctl = ("sudo ", "sudo systemctl") if is_system else ("", "systemctl --user")
    installed = f"{UNITS if is_system else OWN_UNITS}/{unit.name}"
    kis_actors, config = _command(place), f"--config {place.config}"
    return [
        *_user_steps(place),
        *_folder_steps(place),
        f"Put each secret alone into a file that nobody else reads:\n{_secret_lines(place, sudo)}",
        f"See that this machine and the account can do the job:\n{sudo}env CREDENTIALS_DIRECTORY={place.secrets_dir} "
        f"{kis_actors} doctor {config}",
        f"Install the unit, and start it now and with the machine:\n{sudo}install -D -m 0644 {unit} {installed}\n"
        f"{ctl} daemon-reload\n{ctl} enable --now {unit.name}",
        *([] if is_system else ["Let it run while you are not logged in:\nloginctl enable-linger"]),
        f"Watch it:\n{ctl} status {unit.name}\n{sudo}journalctl {'' if is_system else '--user '}-u {unit.name} -f\n"
        f"{sudo}{kis_actors} status --watch {config} --data-dir {_data_dir(place)}",
        f"After a change of the settings:\n{kis_actors} check-config {config} && {ctl} reload {unit.name}",
    ]  # fmt: skip


def compose_steps(place: Place, directory: Path, data_dir: Path, user: str) -> list[str]:
    """From the compose file just written into `directory` to a container that runs as `user` (uid:gid)."""
    compose = f"docker compose --project-directory {directory}"
    is_foreign = user.startswith(f"{CONTAINER_USER}:")
    owner = f"\nchown -R {user} {data_dir} {place.secrets_dir}" if is_foreign else ""
    return [
        f"Make a folder for the log, and put each secret alone into a file:\ninstall -d -m 0700 {data_dir}\n"
        f"{_secret_lines(place, '')}{owner}",
        f"Build and start it:\n{compose} up --build --detach",
        f"Watch it; it is `healthy` while the daemon is:\n{compose} ps\n{compose} logs --follow\n"
        f"{compose} exec kis-actors kis-actors status --watch --data-dir /data",
        f"After a change of the settings:\n{compose} kill --signal HUP kis-actors",
    ]  # fmt: skip


def numbered(steps: list[str]) -> list[str]:
    """Each step's words, and its commands below, further in."""
    return [f"\n{number}. " + step.replace("\n", "\n     ") for number, step in enumerate(steps, start=1)]


def _command(place: Place) -> str:
    return f"{place.package_dir}/tools/kis-actors" if place.package_dir else f"{place.python} -m kis_actors"


def _user_steps(place: Place) -> list[str]:
    if place.user != SERVICE_USER:
        return []
    home = f"/var/lib/{STATE_DIRECTORY}"
    made = f"sudo useradd --system --home-dir {home} --shell /usr/sbin/nologin {SERVICE_USER}"
    hidden = [str(path) for path in (place.python, place.config) if str(path).startswith("/root/")]
    moved = f"\n(It cannot read {', '.join(hidden)}: move the project to /opt, say, and run this again there.)"
    return [f"Make the user that the daemon runs as, unless there is one:\n{made}{moved if hidden else ''}"]


def _folder_steps(place: Place) -> list[str]:
    """Without the folder the unit would not start."""
    if not place.user or place.data_dir is None:
        return []
    return [f"Make the folder of the log:\nsudo install -d -m 0700 -o {place.user} {place.data_dir}"]


def _secret_lines(place: Place, sudo: str) -> str:
    """Typed unseen: a secret in a command would stay in the shell's history and show in the list of processes."""
    lines = [f"{sudo}install -d -m 0700 {place.secrets_dir}"]
    for name in place.secrets:
        read = f"read -rsp '{name}: ' value"
        lines.append(f'{read}; printf %s "$value" | {sudo}install -m 0600 /dev/stdin {place.secrets_dir}/{name}; echo')
    return "\n".join([*lines, "unset value"])


def _data_dir(place: Place) -> str:
    return str(place.data_dir or f"/var/lib/{STATE_DIRECTORY}")
