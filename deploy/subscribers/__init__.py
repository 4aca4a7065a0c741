"""Other systems that read the events: who they are, what each gets, and what NATS lets it do."""
