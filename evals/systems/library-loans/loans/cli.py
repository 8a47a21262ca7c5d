"""Commands."""

import hashlib
import secrets

import click
from flask import Flask

from . import memory, pipeline, prompts  # noqa: F401 (memory: its table)
from .models import Model, Session, Token


def register(app: Flask) -> None:
    @app.cli.command("db-init")
    def db_init() -> None:
        """Makes the tables."""
        Model.metadata.create_all(Session.get_bind())

    @app.cli.command("import")
    @click.argument("since")
    def run_pipeline(since: str) -> None:
        """Runs the import pipeline."""
        done, attention = pipeline.train_of(since)
        click.echo(f"{done} records")
        for line in attention:
            click.echo(f"attention: {line}")

    @app.cli.command("prompt")
    def run_prompts() -> None:
        """Sends the day's prompts."""
        click.echo(f"{prompts.send_prompts()} sent")

    @app.cli.command("school-token")
    @click.option("--school", prompt="Name of the school")
    def school_token(school: str) -> None:
        """A new token, shown once."""
        token = secrets.token_urlsafe(32)
        Session.add(Token(school=school, sha256=hashlib.sha256(token.encode()).hexdigest()))
        Session.commit()
        click.echo(token)

    @app.cli.command("anonymize")
    def anonymize() -> None:
        """Removes readers from loans that were completed more than fourteen days ago."""
        import datetime as dt

        from sqlalchemy import update

        from .models import Loan

        limit = dt.date.today() - dt.timedelta(days=14)
        done = Session.execute(update(Loan).where(Loan.returned < limit, Loan.reader_id.is_not(None)).values(reader_id=None))
        Session.commit()
        click.echo(f"{done.rowcount} loans")
