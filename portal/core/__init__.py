"""
The knowledge of the field as pure functions: money, dates, terms, the books, statements.

Core imports the standard library only and knows no clock, no database and no web; whoever
needs today's date gives it.
"""
