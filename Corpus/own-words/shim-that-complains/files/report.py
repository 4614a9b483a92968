import json
import sys

print(sum(json.load(open(sys.argv[1]))["amounts"]))
