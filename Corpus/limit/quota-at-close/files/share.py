#!/usr/bin/python3
# A file system of one file whose last close fails, as on a network file system that ran full.
import ctypes, errno, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
where, code = sys.argv[1], getattr(errno, sys.argv[2])
dev = os.open("/dev/fuse", os.O_RDWR)
opts = f"fd={dev},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
if libc.mount(b"remote:/share", where.encode(), b"fuse.share", 0, opts): sys.exit(os.strerror(ctypes.get_errno()))
if os.fork(): sys.exit()
names, sizes = {}, {}
def attr(node):
    mode = 0o40777 if node == 1 else 0o100666
    return struct.pack("<QQQQQQIIIIIIIIII", node, sizes.get(node, 0), 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)
def reply(unique, data=b"", error=0): os.write(dev, struct.pack("<IiQ", 16 + len(data), -error, unique) + data)
while True:
    try: m = os.read(dev, 1 << 20)
    except OSError: break
    size, op, unique, node = struct.unpack_from("<IIQQ", m); body = m[40:]
    entry = lambda n: struct.pack("<QQQQII", n, 0, 0, 0, 0, 0) + attr(n)
    if op == 26: reply(unique, struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, 0, 12, 10, 65536, 1, 0, 0, 0)[:64])
    elif op == 1:
        name = body.split(b"\0")[0]
        reply(unique, entry(names[name])) if name in names else reply(unique, error=errno.ENOENT)
    elif op in (3, 4): reply(unique, struct.pack("<QII", 0, 0, 0) + attr(node))
    elif op == 35:
        name = body[16:].split(b"\0")[0]; names.setdefault(name, len(names) + 2)
        reply(unique, entry(names[name]) + struct.pack("<QII", 1, 1, 0))
    elif op in (14, 27): reply(unique, struct.pack("<QII", 1, 1, 0))
    elif op == 16:
        _, offset, count = struct.unpack_from("<QQI", body); sizes[node] = max(sizes.get(node, 0), offset + count)
        reply(unique, struct.pack("<II", count, 0))
    elif op == 25: reply(unique, error=code)
    elif op == 20: reply(unique, error=code)
    elif op in (2, 42): pass
    elif op in (18, 29, 38): reply(unique)
    elif op == 17: reply(unique, struct.pack("<QQQQQIIIIIIIIII", 1 << 20, 1 << 19, 1 << 19, 9999, 9999, 4096, 255, 4096, 0, 0,0,0,0,0,0))
    else: reply(unique, error=errno.ENOSYS)
