"""Runs a command on a pseudo-terminal, types what a script says, prints what was shown.

terminal.py COMMAND SCRIPT, both JSON lists: the words of a command; by turns a text to wait for
and the keys to press then. The last line says how the command ended, as a shell would.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

command, script = (json.loads(argument) for argument in sys.argv[1:])
child, terminal = pty.fork()
if child == 0:
    # The size must be there before the command looks.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
    os.execvp(command[0], command)

shown = b""
seen = 0
end = time.monotonic() + 40
while time.monotonic() < end:
    if script:
        place = shown.find(script[0].encode(), seen)
        if place >= 0:
            seen = len(shown)
            time.sleep(0.3)
            os.write(terminal, script[1].encode())
            del script[:2]
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
else:
    os.kill(child, 9)
    print("the session did not end", file=sys.stderr)
    sys.stderr.write(shown.decode(errors="replace"))
    sys.exit(1)

status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.stdout.write(shown.decode(errors="replace").replace("\r\n", "\n"))
print("status", status if status >= 0 else 128 - status)
