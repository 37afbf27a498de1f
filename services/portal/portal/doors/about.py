"""Pages about the product: help, legal notice, accessibility. Open to all."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _

pages = Blueprint("about", __name__)

# What the pages need: CSS with :has(), 2023. Older ones show every question instead of those that follow.
BROWSERS = (
    (_("Firefox"), "121"),
    (_("Chrome, sur ordinateur et Android"), "105"),
    (_("Edge"), "105"),
    (_("Safari, sur Mac, iPhone et iPad"), "15.4"),
)


@pages.get("/aide")
def help_page() -> str:
    """Whom to write to, with which browsers it works, what to do when something does not."""
    return render_template("about/help.html", browsers=BROWSERS)


@pages.get("/mentions-legales")
def legal() -> str:
    return render_template("about/legal.html")


@pages.get("/accessibilite")
def accessibility() -> str:
    return render_template("about/accessibility.html")
