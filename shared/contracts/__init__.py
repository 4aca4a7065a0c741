"""What services say to each other and to other systems: events, one file a publisher, and questions."""
