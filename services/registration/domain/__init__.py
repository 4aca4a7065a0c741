"""Registration's rules, pure: no I/O, no clock, no framework. Money is in øre, days are calendar days in Norway."""
