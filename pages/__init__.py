"""The administrators' pages: a stateless client of the four services' JSON APIs, with the key of whoever is logged in.

They keep nothing and decide nothing. Each page is a folder: its routes, what it makes of the answers, its templates. What all
of them use is in `frame`.
"""
