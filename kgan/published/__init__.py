"""Networks that others have published, read without executing what their files hold.

A pickle is a program for a small machine. `unpickler` runs it on a machine of its own,
which knows no import, no attribute and no call beyond a fixed list of names.
"""
