"""Søknader: the queue of a programme, and one application with its assessment."""
