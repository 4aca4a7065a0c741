"""Other systems that read the events, on a real nats-server: what each gets, and what it can do besides, which is nothing."""
