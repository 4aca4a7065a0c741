"""Registration's migrations: `_pre_` in a file's name is run before a roll-out, `_post_` after it."""
