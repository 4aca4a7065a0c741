"""How the system is run: all of it on one machine, the command line, the demo, and the containers."""
