"""The administrators' pages, over services that run."""
