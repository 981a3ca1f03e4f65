"""Runs a program in a pseudo-terminal, types Ctrl-C when it has printed a text, and says what was left of it.

usage: ctrl_c.py TEXT SECONDS COMMAND...
Prints what the program printed, then one line of JSON: exit status (negative: a signal), seconds from Ctrl-C until
nothing of its session was left, and the processes of it that are still there after SECONDS.
"""

import json, os, pty, select, sys, time

text, limit, command = sys.argv[1].encode(), float(sys.argv[2]), sys.argv[3:]


def session_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rsplit(")", 1)[1].split()[3])
    except (OSError, IndexError):
        return None


def alive(session):
    return [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and session_of(pid) == session]


child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)

seen, typed, status = b"", None, None
while status is None and (typed is None or time.monotonic() - typed < limit):
    ready, _, _ = select.select([terminal], [], [], 0.1)
    if ready:
        try:
            seen += os.read(terminal, 65536)
        except OSError:
            pass
    if typed is None and text in seen:
        os.write(terminal, b"\x03")
        typed = time.monotonic()
    pid, code = os.waitpid(child, os.WNOHANG)
    if pid == child:
        status = os.waitstatus_to_exitcode(code)


def left_over():
    return [pid for pid in alive(child) if pid != child or status is None]


while typed is not None and left_over() and time.monotonic() - typed < limit:
    time.sleep(0.05)
took = time.monotonic() - typed if typed is not None else None
left = left_over()
for pid in left:
    os.kill(pid, 9)
sys.stdout.write(seen.decode(errors="replace"))
print("\n" + json.dumps({"status": status, "seconds": took, "left": left}))
