"""How a mail is written and handed to the SMTP server, and what waits."""
