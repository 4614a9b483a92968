import json
import subprocess
import sys

done = subprocess.run([sys.executable, "compiler.py", "total.src"], stderr=subprocess.PIPE, text=True)
for line in done.stderr.splitlines():
    told = json.loads(line)
    print(f"error[{told['code']}]: {told['message']}\n --> {told['file']}:{told['line']}", file=sys.stderr)
if done.returncode:
    print("error: could not compile `total` due to 1 previous error", file=sys.stderr)
    sys.exit(101)
