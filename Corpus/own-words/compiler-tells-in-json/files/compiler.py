import json
import sys

for number, line in enumerate(open(sys.argv[1]), 1):
    name, kind, value = line.split()
    if kind == "number" and not value.isdigit():
        told = {"code": "E0308", "message": "mismatched types", "file": sys.argv[1], "line": number}
        print(json.dumps(told), file=sys.stderr)
        sys.exit(1)
