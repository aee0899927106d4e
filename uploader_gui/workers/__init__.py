"""The engine in Qt's threads: lanes, errands, and one desk through which the window speaks to both."""
