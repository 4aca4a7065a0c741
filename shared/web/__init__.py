"""The frame of every service's HTTP: keys and roles, problem+json, pages of a list."""
