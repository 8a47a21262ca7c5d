"""The pages of `threatloom serve`: the record to look at, to decide in and to ask, and the same as JSON.

`app.create_app` joins them; each module is one group of pages. Rendered on the server, complete without script; what is shown was written
by others and is text everywhere.
"""
