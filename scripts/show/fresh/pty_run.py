"""Runs a program in a pseudo-terminal: its output comes to standard output, what comes on standard input is typed."""

import os
import pty
import select
import sys

child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

sources = [terminal, 0]
while True:
    for source in select.select(sources, [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b""
        if source == terminal:
            if not data:
                _, status = os.waitpid(child, 0)
                sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
            os.write(1, data)
        elif data:
            os.write(terminal, data)
        else:
            sources.remove(0)
