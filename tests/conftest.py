"""What every test may ask for; each fixture is told about in its module."""

# A module stands before those that import it, or pytest could not rewrite its assertions.
pytest_plugins = [
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.keys",
    "tests.support.nats",
    "tests.support.tls",
    "tests.support.smtp",
    "tests.support.drill",
]
