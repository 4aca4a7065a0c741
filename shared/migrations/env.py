"""Run by Alembic for each of its commands: hands it the connection and the transaction of `upgrade`."""

from alembic import context

# SQLite changes a column by copying its table, which batch mode does.
context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
