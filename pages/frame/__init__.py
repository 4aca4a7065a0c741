"""What every page uses: the door, the session, the APIs, forms, refusals in Norwegian, the layout."""
