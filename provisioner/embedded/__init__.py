"""An AWS on this machine: moto, mended until it answers as AWS does, behind one address on 127.0.0.1.

Nothing is imported here: who only starts or finds the background process (`process.py`) must not pay for moto.
"""
