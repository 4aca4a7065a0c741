"""The contracts between the services and with other systems: one file per publisher."""
