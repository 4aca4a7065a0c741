"""Personer: one person, to be corrected, and the council's advisors."""
