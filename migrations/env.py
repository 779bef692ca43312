"""Alembic's environment: one transaction a run, never in batch mode (it would drop a table's triggers)."""

from alembic import context
from sqlalchemy import NullPool, create_engine

from app.core.db import Base

engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=False)
    with context.begin_transaction():
        context.run_migrations()
