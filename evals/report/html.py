"""report.html: one static file that loads nothing, with every text of a model escaped."""

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup

from evals.pages import templates
from evals.report.comparing import families, interactions, seeds
from evals.report.contents import Contents, words
from evals.report.judged import judge, knowledge, missing, people
from evals.report.leads import alone, leads
from evals.report.payload import embedded, payload
from evals.report.plots import plots
from evals.report.remarks import contract, how, remarks
from evals.report.tables import by_group, criteria, headline, unchecked
from evals.report.text import lowered, percent

_PAGE = Path(__file__).with_name("page")
_SCRIPTS = ("dom.js", "answers.js", "questions.js")


def render_html(contents: Contents) -> str:
    """Return the report as one HTML page.

    The content security policy lets the page's own style and script run, and no request leave; the answers stand in it
    as JSON, of which the script makes text and never markup.
    """
    style = (_PAGE / "report.css").read_text("utf-8")
    script = "".join((_PAGE / name).read_text("utf-8") for name in _SCRIPTS)
    environment = templates(_PAGE, autoescape=True)
    environment.filters["lowered"] = lowered
    said = words()
    return environment.get_template("report.html.j2").render(
        title=contents.title,
        how=how(contents),
        intervals=said["intervals"].format(confidence=percent(contents.config.statistics.confidence)),
        contract=contract(contents),
        leads=leads(contents),
        alone=alone(contents),
        headline=headline(contents),
        groups=by_group(contents),
        criteria=criteria(contents),
        unchecked=unchecked(contents),
        remarks=remarks(contents),
        plots=plots(contents),
        families=families(contents),
        interactions=interactions(contents),
        seeds=seeds(contents),
        judge=judge(contents.judge),
        knowledge=knowledge(contents.evaluation.knowledge),
        people=people(contents.review),
        missing=missing(contents),
        measures=contents.measures.values(),
        data=embedded(payload(contents)),
        style=Markup(style),
        style_hash=_hash(style),
        script=Markup(script),
        script_hash=_hash(script),
    )


def _hash(text: str) -> str:
    """Of an inline script or style, as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
