"""What operates all four services, on real databases and a real nats-server."""
