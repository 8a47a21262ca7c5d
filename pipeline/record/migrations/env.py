"""What Alembic runs to migrate: the connection comes from `migrating`, in whose transaction all revisions are made."""

from __future__ import annotations

from alembic import context

from pipeline.record.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True, render_as_batch=True
)
context.run_migrations()
