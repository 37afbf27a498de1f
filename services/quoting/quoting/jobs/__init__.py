"""What quoting does in its own time: papers that are made and stored, quotes that lapse."""

from __future__ import annotations

from plumbing.consumer import Context
from plumbing.jobs import Job, Jobs
from quoting.jobs.expiry import expire_overdue_quotes
from quoting.jobs.product_papers import store_papers_of_product
from quoting.jobs.quote_paper import issue_rendered_quote
from quoting.jobs.subscription_papers import store_papers_to_sign
from quoting.usecases.submit_subscription import RENDER_PAPERS

JOBS = Jobs("quoting")


@JOBS.handles("render_quote")
def render_quote(job: Job, context: Context) -> None:
    """Make a quote's PDF, store it, issue the quote."""
    issue_rendered_quote(job, context)


@JOBS.handles(RENDER_PAPERS)
def render_subscription_papers(job: Job, context: Context) -> None:
    """Make the papers to sign, store them, open the signature."""
    store_papers_to_sign(job, context)


@JOBS.handles("render_product_papers")
def render_product_papers(job: Job, context: Context) -> None:
    """Make the documents of one product, all its formulas included."""
    store_papers_of_product(job, context)


@JOBS.cron("expire_quotes", daily_at="00:05")
def expire_quotes(_job: Job, context: Context) -> None:
    """Let every tenant's quotes lapse whose last valid day was yesterday or before."""
    expire_overdue_quotes(context)
