"""A host's hands in the traffic lab: one process in a network namespace that does with sockets what it is told.

Why not Node: it has no raw or packet sockets, and of socket options only the few that net.Socket wraps. What ends
connections in the field are TTLs, TCP_USER_TIMEOUT, keepalive by the second, closed windows, connect(AF_UNSPEC),
backlogs that nobody serves, MPTCP, forged segments and sockets that vanish without a word (TCP_REPAIR).

One JSON object a line in: {"id", "op", ...}; one a line out: {"id", "value"} or {"id", "error"} (an errno's name). Ends
with its stdin. Requests run side by side, each in a thread of its own.
"""
import collections
import ctypes
import errno
import json
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

PATIENCE_S = 30
TCP_REPAIR = 19
IPPROTO_MPTCP = 262
MARK = b'h'
OPTIONS = {
    'ttl4': (socket.IPPROTO_IP, socket.IP_TTL),
    'ttl6': (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS),
    'receive_buffer': (socket.SOL_SOCKET, socket.SO_RCVBUF),
    'send_buffer': (socket.SOL_SOCKET, socket.SO_SNDBUF),
    'keepalive': (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    'keepalive_idle': (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
    'keepalive_interval': (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
    'keepalive_count': (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
    'user_timeout': (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
    'linger2': (socket.IPPROTO_TCP, socket.TCP_LINGER2),
    'no_delay': (socket.IPPROTO_TCP, socket.TCP_NODELAY),
    'cork': (socket.IPPROTO_TCP, socket.TCP_CORK),
    'syn_count': (socket.IPPROTO_TCP, socket.TCP_SYNCNT),
}
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

sockets = {}
received = {}
lock = threading.Lock()
out = sys.stdout


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def keep(sock):
    with lock:
        handle = len(received)
        sockets[handle] = sock
        received[handle] = 0
    return handle


def new_socket(address, options, mptcp=False):
    sock = socket.socket(family_of(address), socket.SOCK_STREAM, IPPROTO_MPTCP if mptcp else 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if not mptcp:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in (options or {}).items():
        sock.setsockopt(*OPTIONS[name], value)
    sock.settimeout(PATIENCE_S)
    return sock


# --- sockets


def listen(at, backlog=128, options=None, mptcp=False):
    sock = new_socket(at[0], options, mptcp)
    if family_of(at[0]) == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind(tuple(at))
    sock.listen(backlog)
    return keep(sock)


def accept(handle):
    sock, peer = sockets[handle].accept()
    sock.settimeout(PATIENCE_S)
    return {'handle': keep(sock), 'peer': [peer[0], peer[1]]}


def connect(source, to, patience=PATIENCE_S, options=None, mptcp=False):
    sock = new_socket(source[0], options, mptcp)
    handle = keep(sock)
    sock.bind(tuple(source))
    sock.settimeout(patience)
    try:
        sock.connect(tuple(to))
    except OSError:
        sock.close()
        raise
    sock.settimeout(PATIENCE_S)
    return handle


def cancel(source, to):
    """Sends the SYN and gives up before it can be answered."""
    sock = new_socket(source[0], None)
    sock.bind(tuple(source))
    sock.setblocking(False)
    try:
        sock.connect(tuple(to))
    except BlockingIOError:
        pass
    sock.close()


def send(handle, size):
    sockets[handle].sendall(MARK * size)


def fill(handle):
    """Sends until the kernel takes no more; answers how much it took."""
    sock, total = sockets[handle], 0
    sock.setblocking(False)
    try:
        while True:
            total += sock.send(MARK * 65536)
    except BlockingIOError:
        pass
    sock.settimeout(PATIENCE_S)
    return total


def receive(handle, size):
    """Reads until `size` bytes in all have come."""
    while received[handle] < size:
        data = sockets[handle].recv(1 << 20)
        if not data:
            raise OSError(errno.EPIPE, 'ended early')
        received[handle] += len(data)


def receive_end(handle):
    while sockets[handle].recv(1 << 20):
        pass


def gone(handle, patience=PATIENCE_S):
    """Waits until the connection is over, by whatever end; answers how: an errno's name, or '' for a FIN."""
    sock = sockets[handle]
    sock.settimeout(patience)
    try:
        while sock.recv(1 << 20):
            pass
    except OSError as error:
        return name_of(error)
    return ''


def end(handle):
    sockets[handle].shutdown(socket.SHUT_WR)


def close(handle):
    sockets[handle].close()


def abort(handle):
    sockets[handle].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    sockets[handle].close()


def disconnect(handle):
    """connect(AF_UNSPEC): the kernel's other way to abort. Python's own connect() cannot say it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.connect(sockets[handle].fileno(), struct.pack('H14x', socket.AF_UNSPEC), 16) != 0:
        raise OSError(ctypes.get_errno(), 'connect(AF_UNSPEC)')


def vanish(handle):
    """Forgets a connection or listener without a packet (TCP_REPAIR): what a crash of the whole host does to it."""
    sock = sockets[handle]
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.close()


def option(handle, name, value):
    sockets[handle].setsockopt(*OPTIONS[name], value)


def die():
    """As a program does that fails: the kernel closes all its sockets."""
    os.kill(os.getpid(), signal.SIGKILL)


# --- segments made by hand


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def segment(source, to, seq, ack, flags, window=0, ttl=64, ip_id=0, tos=0, payload=0, options=''):
    """An IP packet with one TCP segment. Endpoints are [address, port]; options hex, padded to 4 bytes."""
    family = family_of(source[0])
    extra = bytes.fromhex(options)
    extra += b'\x01' * (-len(extra) % 4)
    words = 5 + len(extra) // 4
    data = MARK * payload
    head = struct.pack('!HHIIBBHHH', source[1], to[1], seq & 0xffffffff, ack & 0xffffffff, words << 4, flags, window, 0, 0) + extra
    src, dst = socket.inet_pton(family, source[0]), socket.inet_pton(family, to[0])
    size = len(head) + len(data)
    pseudo = src + dst + (struct.pack('!HH', 6, size) if family == socket.AF_INET else struct.pack('!II', size, 6))
    head = head[:16] + struct.pack('!H', checksum(pseudo + head + data)) + head[18:]
    if family == socket.AF_INET:
        ip = struct.pack('!BBHHHBBH4s4s', 0x45, tos, 20 + size, ip_id, 0x4000, ttl, 6, 0, src, dst)
        ip = ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:]
    else:
        ip = struct.pack('!IHBB16s16s', (6 << 28) | (tos << 20), size, 6, ttl, src, dst)
    return ip + head + data


raw_sockets = {}


def raw(**fields):
    packet = segment(**fields)
    to = fields['to'][0]
    family = family_of(to)
    with lock:
        if family not in raw_sockets:
            raw_sockets[family] = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        raw_sockets[family].sendto(packet, (to, 0))


# --- a look at the wire, and what is forged at its sight

flows = {}
histories = {}
flows_changed = threading.Condition()
ambushes = {}


class Seen:
    """The last segment of one direction."""
    __slots__ = ('seq', 'ack', 'flags', 'end', 'ttl', 'ip_id', 'payload', 'at')


def parse(packet):
    """(source, to, Seen) of a TCP packet without IPv6 extension headers, else None. Endpoints are (address, port)."""
    version = packet[0] >> 4
    if version == 4 and packet[9] == 6:
        head, ttl, ip_id = (packet[0] & 15) * 4, packet[8], struct.unpack('!H', packet[4:6])[0]
        size = struct.unpack('!H', packet[2:4])[0]
        src, dst = socket.inet_ntop(socket.AF_INET, packet[12:16]), socket.inet_ntop(socket.AF_INET, packet[16:20])
    elif version == 6 and packet[6] == 6:
        head, ttl, ip_id = 40, packet[7], 0
        size = 40 + struct.unpack('!H', packet[4:6])[0]
        src, dst = socket.inet_ntop(socket.AF_INET6, packet[8:24]), socket.inet_ntop(socket.AF_INET6, packet[24:40])
    else:
        return None
    sport, dport, seq, ack, words, flags = struct.unpack('!HHIIBB', packet[head:head + 14])
    seen = Seen()
    seen.seq, seen.ack, seen.flags, seen.ttl, seen.ip_id, seen.at = seq, ack, flags, ttl, ip_id, time.time()
    seen.payload = size - head - (words >> 4) * 4
    seen.end = (seq + seen.payload + bool(flags & SYN) + bool(flags & FIN)) & 0xffffffff
    return (src, sport), (dst, dport), seen


def watch(device):
    """Follows every TCP flow that passes the device."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    sock.bind((device, 3))

    def run():
        while True:
            packet = sock.recv(65536)
            parsed = parse(packet) if len(packet) >= 40 else None
            if parsed is None:
                continue
            source, to, seen = parsed
            ambush = ambushes.get((source, to))
            if ambush is not None and (seen.payload > 0 if ambush['at'] == 'payload' else seen.flags & (SYN | ACK) == SYN):
                del ambushes[(source, to)]
                with flows_changed:
                    flows[(source, to)] = seen
                shoot(source, to, ambush['shots'])
            with flows_changed:
                if seen.flags & RST == 0:
                    flows[(source, to)] = seen
                    histories.setdefault((source, to), collections.deque(maxlen=64)).append(seen)
                flows_changed.notify_all()
    threading.Thread(target=run, daemon=True).start()


def shoot(a, b, shots):
    """Forged segments, relative to what a last sent to b and b to a. `as`: whose address it carries, 'a' or 'b'."""
    for shot in shots:
        x, y = (a, b) if shot['as'] == 'a' else (b, a)
        mine, others = flows.get((x, y)), flows.get((y, x))
        seq = mine.end if mine is not None else 0
        # What y has acknowledged is what it expects; to what a is just sending, the forged segment is the next.
        if shot['as'] == 'b' and others is not None and others.flags & ACK:
            seq = others.ack
        ack = others.end if others is not None else 0
        if shot.get('delay_ms'):
            time.sleep(shot['delay_ms'] / 1000)
        raw(source=list(x), to=list(y), seq=0 if shot.get('zero_seq') else seq + shot.get('seq', 0), ack=ack + shot.get('ack', 0) if shot['flags'] & ACK else 0,
            flags=shot['flags'], window=shot.get('window', 0), ttl=shot.get('ttl') or (mine.ttl if mine else 64),
            ip_id=shot.get('ip_id', 0), payload=shot.get('payload', 0))


def ambush(source, to, at, shots):
    """At the sight of the next payload (or SYN) from source: shots. `as` a is the source."""
    ambushes[(tuple(source), tuple(to))] = {'at': at, 'shots': shots}


def forge(source, to, shots):
    shoot(tuple(source), tuple(to), shots)


def sight(source, to, flags=0, without=0, patience=PATIENCE_S):
    """Waits for the first segment from source to `to` with all of these flags and none of the others; answers its numbers."""
    key, deadline = (tuple(source), tuple(to)), time.time() + patience
    with flows_changed:
        while True:
            for seen in histories.get(key, ()):
                if seen.flags & flags != flags or seen.flags & without != 0:
                    continue
                return {'seq': seen.seq, 'ack': seen.ack, 'end': seen.end, 'flags': seen.flags, 'ttl': seen.ttl, 'at': seen.at}
            if not flows_changed.wait(deadline - time.time()):
                raise OSError(errno.ETIMEDOUT, 'not seen')


# --- requests


def name_of(error):
    if isinstance(error, socket.timeout):
        return 'ETIMEDOUT'
    return errno.errorcode.get(error.errno, str(error))


OPERATIONS = {f.__name__: f for f in (listen, accept, connect, cancel, send, fill, receive, receive_end, gone, end, close, abort,
                                      disconnect, vanish, option, die, raw, watch, ambush, forge, sight)}


def answer(request):
    reply = {'id': request.pop('id')}
    operation = OPERATIONS[request.pop('op')]
    try:
        reply['value'] = operation(**request)
    except OSError as error:
        reply['error'] = name_of(error)
    except Exception as error:
        reply['error'] = '%s: %s' % (type(error).__name__, error)
    line = json.dumps(reply) + '\n'
    with lock:
        out.write(line)
        out.flush()


def main():
    # A ctrl-C at the terminal reaches the whole process group; the parent decides when the lab ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.stack_size(256 * 1024)
    for line in sys.stdin:
        threading.Thread(target=answer, args=(json.loads(line),), daemon=True).start()
    os._exit(0)


main()
