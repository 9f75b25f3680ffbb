"""The report as one HTML file: no script, nothing fetched, every name as text."""

from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any

from kis_actors import __version__
from kis_actors.outcomes import HORIZONS, Outcome
from kis_actors.report import charts
from kis_actors.report.findings import findings_of
from kis_actors.report.gathered import Gathered, span_of
from kis_actors.report.words import STATUSES, UNKNOWN, WORDS
from kis_actors.texts import Language, measured, rule_name
from kis_actors.units import percent

CHARTS_MAX = 40
STYLE = """
:root{color-scheme:light dark;--ink:light-dark(#1d2329,#e4e8ec);--paper:light-dark(#fbfbf9,#12161a);
--muted:light-dark(#68717c,#8f99a4);--hair:light-dark(#e5e6e3,#272e35);--up:light-dark(#c92a2f,#ff7575);
--down:light-dark(#1d5fd1,#74a9ff);--warn:light-dark(#a96500,#f0b04a);--ok:light-dark(#258a4f,#4fc17c);
--bad:light-dark(#b3261e,#ff8a80)}
*{box-sizing:border-box}body{margin:0 auto;max-width:980px;padding:28px 20px 60px;background:var(--paper);
color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR",sans-serif;
font-variant-numeric:tabular-nums;word-break:keep-all}
h1{font-size:22px;margin:0}h2{font-size:15px;margin:30px 0 8px}h3{font-size:14px;margin:20px 0 2px}
p{margin:2px 0}.quiet{color:var(--muted)}.small{font-size:12px}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(125px,1fr));margin:18px 0 0;
border-top:1px solid var(--hair);border-bottom:1px solid var(--hair)}dl div{padding:10px 0}
dt{font-size:12px;color:var(--muted)}
dd{margin:0;font-size:19px;font-weight:600}ul{padding-left:18px;margin:6px 0}li{margin:3px 0}
code{font-size:12px;color:var(--muted)}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}th{font-size:12px;font-weight:500;color:var(--muted);text-align:left}
td,th{padding:4px 10px 4px 0;border-bottom:1px solid var(--hair);white-space:nowrap}.num{text-align:right}
.up{color:var(--up)}.down{color:var(--down)}.failed,.unknown{color:var(--bad)}
svg{display:block;width:100%;height:auto;font:11px system-ui,sans-serif;fill:var(--muted)}
svg .grid{stroke:var(--hair)}svg .hour{text-anchor:middle}svg .price{fill:none;stroke:var(--ink);stroke-width:1.3}
svg .average{stroke:var(--muted);stroke-dasharray:5 4}svg .threshold{stroke:var(--bad)}
svg .live{fill:var(--ok);opacity:.55}svg .mark{stroke:var(--warn);stroke-dasharray:2 3}svg .alert{fill:var(--warn)}
svg .good{fill:var(--ok);opacity:.5}svg .bad{fill:var(--bad)}svg .frames{fill:var(--muted)}
@media print{body{max-width:none}h3,svg{break-inside:avoid}}
"""


def page_of(day: Gathered, language: Language) -> str:
    """The whole file."""
    words = WORDS[language]
    title = f"kis-actors {day.day}"
    body = (*_head(day, words), *_look(day, words, language), *_alerts(day, words, language),
            *_health(day, words), *_charts(day, words, language), *_foot(day, words))  # fmt: skip
    return "\n".join((
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>", *body, "</body></html>\n",
    ))  # fmt: skip


def _head(day: Gathered, words: dict[str, str]) -> Iterator[str]:
    view, span = day.picture.view, span_of(day)
    hours = f"{span[0]:%H:%M}–{span[1]:%H:%M}" if span else words["no session"]
    yield f"<h1>{escape(day.day)}</h1><p class='quiet'>{hours} · {escape(_main_rule(day, words))}</p>"
    deliveries = [one for alert in day.picture.ledger.alerts.values() for one in alert["deliveries"].values()]
    sent = sum(one["status"] == "sent" for one in deliveries)
    tiles = (
        ("alerts", f"{view.alerts_count:,}"), ("suppressed", f"{view.suppressed:,}"),
        ("deliveries", f"{sent:,} / {len(deliveries):,}"),
        ("scans", f"{view.scans_ok:,} / {view.scans_ok + view.scans_failed:,}"),
        ("frames", f"{sum(day.frames.values()):,}"), ("link lost", f"{view.links_lost:,}"),
        ("runs", f"{len(day.picture.runs):,}"),
    )  # fmt: skip
    yield "<dl>" + "".join(f"<div><dt>{words[name]}</dt><dd>{value}</dd></div>" for name, value in tiles) + "</dl>"


def _main_rule(day: Gathered, words: dict[str, str]) -> str:
    signal = day.picture.settings.monitor.signal
    return words["main rule"].format(days=signal.ma_days, threshold=percent(signal.disparity_threshold))


def _look(day: Gathered, words: dict[str, str], language: Language) -> Iterator[str]:
    found = findings_of(day)
    yield f"<h2>{words['look']}</h2>"
    if not day.is_whole:
        yield f"<p class='quiet'>{words['decisions only']}</p>"
    if not found:
        yield f"<p class='quiet'>{words['nothing']}</p>"
        return
    lines = (f"<li>{escape(getattr(one, language))} <code>{escape(one.command)}</code></li>" for one in found)
    yield f"<ul>{''.join(lines)}</ul>"


def _alerts(day: Gathered, words: dict[str, str], language: Language) -> Iterator[str]:
    yield f"<h2>{words['alerts']}</h2>"
    if not day.outcomes:
        yield f"<p class='quiet'>{words['no alerts']}</p>"
        return
    names = ("time", "code", "rule", "value", "price", *HORIZONS, "deliveries")
    right = {"price", *HORIZONS}
    head = "".join(f"<th{' class=num' if name in right else ''}>{words[name]}</th>" for name in names)
    rows = "".join(_row(day, one, language) for one in day.outcomes)
    yield f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _row(day: Gathered, outcome: Outcome, language: Language) -> str:
    signal = outcome.alert.signal
    later = "".join(
        f"<td class='num {_direction(one.return_ratio)}'>"
        f"{percent(one.return_ratio) if one.return_ratio is not None else _unknown(one.unknown, language)}</td>"
        for one in outcome.later
    )
    ledger: dict[str, Any] = day.picture.ledger.alerts.get(outcome.alert.alert_id, {"deliveries": {}})
    told = ", ".join(
        f"<span class='{one['status']}'>{escape(one['channel'])} {STATUSES[one['status']][language]}</span>"
        for one in ledger["deliveries"].values()
    )
    return (
        f"<tr><td>{signal.observed_at:%H:%M:%S}</td><td>{escape(signal.name)} <span class='quiet small'>"
        f"{escape(signal.code)}</span></td><td>{escape(rule_name(signal, language))}</td>"
        f"<td>{escape(measured(signal, None, language))}</td><td class='num'>{signal.price_won:,}</td>{later}"
        f"<td class='small'>{told}</td></tr>"
    )


def _unknown(why: str, language: Language) -> str:
    return f"<span class='quiet small'>{escape(UNKNOWN.get(why, why) if language == 'ko' else why)}</span>"


def _direction(ratio: float | None) -> str:
    return "" if not ratio else "up" if ratio > 0 else "down"


def _health(day: Gathered, words: dict[str, str]) -> Iterator[str]:
    if span := span_of(day):
        yield f"<h2>{words['health']}</h2>{charts.health(day, *span, words)}"


def _charts(day: Gathered, words: dict[str, str], language: Language) -> Iterator[str]:
    span = span_of(day)
    signals = {one.alert.signal.code: one.alert.signal for one in day.outcomes}
    drawn = [(signal, charts.day_of_code(day, code, *span)) for code, signal in signals.items()] if span else []
    if not any(picture for _, picture in drawn):
        return
    yield f"<h2>{words['charts']}</h2><p class='quiet small'>{words['legend']}</p>"
    for signal, picture in drawn[:CHARTS_MAX]:
        yield f"<h3>{escape(signal.name)} <span class='quiet small'>{escape(signal.code)} {signal.market}</span></h3>"
        yield picture
    if len(drawn) > CHARTS_MAX:
        yield f"<p class='quiet'>{words['more'].format(n=len(drawn) - CHARTS_MAX)}</p>"


def _foot(day: Gathered, words: dict[str, str]) -> Iterable[str]:
    made: Callable[..., str] = words["made"].format
    return (f"<p class='quiet small'><br>{escape(made(version=__version__, seq=f'{day.picture.view.log_seq:,}'))}</p>",)
