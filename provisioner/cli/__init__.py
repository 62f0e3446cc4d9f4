"""The command line: one thin file a command, imported when it is called.

Only click is imported before a command runs, so that help and mistakes in the usage cost nothing.
"""
