#!/bin/bash
# Records the captures of this folder anew: real kernels talking in network namespaces, seen by tcpdump and dumpcap.
# Needs root, Linux with veth and VXLAN, iproute2, nft, tcpdump, dumpcap, python3. Sequence numbers, ports and times come out
# different each time, so the golden files have to be written anew too: UPDATE_GOLDEN=1 npx vitest run test/corpus
set -eu
here=$(cd "$(dirname "$0")" && pwd)
run=hgrec$$
c=${run}c r=${run}r s=${run}s
client() { ip netns exec "$c" "$@"; }
router() { ip netns exec "$r" "$@"; }
server() { ip netns exec "$s" "$@"; }
trap 'for n in $c $r $s; do ip netns del $n 2>/dev/null || true; done' EXIT

# client 10.1.0.2 / fd01::2 - router - server 10.2.0.2 / fd02::2
for n in "$c" "$r" "$s"; do ip netns add "$n"; ip -n "$n" link set lo up; done
ip link add eth netns "$c" type veth peer name toc netns "$r"
ip link add eth netns "$s" type veth peer name tos netns "$r"
ip -n "$c" addr add 10.1.0.2/24 dev eth; ip -n "$r" addr add 10.1.0.1/24 dev toc
ip -n "$s" addr add 10.2.0.2/24 dev eth; ip -n "$r" addr add 10.2.0.1/24 dev tos
ip -n "$c" addr add fd01::2/64 dev eth nodad; ip -n "$r" addr add fd01::1/64 dev toc nodad
ip -n "$s" addr add fd02::2/64 dev eth nodad; ip -n "$r" addr add fd02::1/64 dev tos nodad
for d in "$c eth" "$r toc" "$r tos" "$s eth"; do set -- $d; ip -n "$1" link set "$2" up; done
client ip route add default via 10.1.0.1; client ip -6 route add default via fd01::1
server ip route add default via 10.2.0.1; server ip -6 route add default via fd02::1
router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratelimit=0
server sysctl -qw net.ipv4.tcp_fastopen=3; client sysctl -qw net.ipv4.tcp_fastopen=3
sleep 1

# An echo server that answers a request of text by as many bytes as it names, and a client for it.
cat > "/tmp/$run.py" <<'PY'
import socket, struct, sys, time
def serve(port, proto=0):
    s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, proto)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try: s.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)
    except OSError: pass
    s.bind(("::", port)); s.listen(16)
    while True:
        k, _ = s.accept()
        want = int(k.recv(100) or b"0")
        k.sendall(b"x" * want)
        try: k.recv(1)
        except OSError: pass
        k.close()
def ask(host, port, count, *flags):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM, 262 if "mptcp" in flags else 0)
    s.settimeout(4)
    if "ttl1" in flags: s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
    if "options" in flags: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
    try:
        if "tfo" in flags: s.sendto(str(count).encode(), 0x20000000, (host, port))
        else: s.connect((host, port)); s.sendall(str(count).encode())
        left = count
        while left > 0:
            got = len(s.recv(65536))
            if got == 0: break
            left -= got
        if "abort" in flags: s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    except OSError as error: print(error)
    time.sleep(0.2)
if sys.argv[1] == "serve": serve(int(sys.argv[2]), *map(int, sys.argv[3:]))
else: ask(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
PY
ip netns exec "$s" python3 "/tmp/$run.py" serve 80 & one=$!
ip netns exec "$s" python3 "/tmp/$run.py" serve 81 262 & two=$!
ask() { client python3 "/tmp/$run.py" ask "$@"; }
sleep 0.5

# record NAME NAMESPACE TCPDUMP-ARGUMENTS... ; then stop
record() { mkdir -p "$here/$1"; ip netns exec "$2" tcpdump -U -n -q "${@:3}" -w "$here/$1/capture.pcap" 2>/dev/null & dump=$!; sleep 1; }
stop() { sleep 1.2; kill $dump; wait $dump 2>/dev/null || true; }

record plain "$r" -i toc -s 128 tcp
ask 10.2.0.2 80 3000; ask fd02::2 80 3000; ask 10.2.0.2 9 1; ask 10.2.0.2 80 100 abort
stop

record any "$r" -i any -s 128 tcp
ask 10.2.0.2 80 500; ask fd02::2 80 500 abort
stop

record offload "$c" -i eth -s 96 tcp
ask 10.2.0.2 80 400000
ip -n "$s" link set eth gso_max_size 180000 gro_max_size 180000 2>/dev/null; ip -n "$r" link set toc gso_max_size 180000 gro_max_size 180000 2>/dev/null
ip -n "$r" link set tos gso_max_size 180000 gro_max_size 180000 2>/dev/null; ip -n "$c" link set eth gso_max_size 180000 gro_max_size 180000 2>/dev/null
ask fd02::2 80 900000
stop

record options "$c" -i eth -s 200 'tcp or ip6 proto 60'
ask 10.2.0.2 80 10 tfo; ask 10.2.0.2 80 10 tfo; ask 10.2.0.2 81 10 mptcp; ask 10.2.0.2 81 10 mptcp abort; ask fd02::2 80 10 options
stop

# The router cannot pass 1,500 bytes on, and the sender does not forbid fragments.
server sysctl -qw net.ipv4.ip_no_pmtu_disc=2; router ip link set toc mtu 600
ip -n "$s" link set eth gso_max_segs 1
ip netns exec "$s" python3 "/tmp/$run.py" serve 82 & three=$!; sleep 0.5
record fragments "$c" -i eth -s 300 tcp
ask 10.2.0.2 82 5000
stop
router ip link set toc mtu 1500

record errors "$c" -i eth -s 200 'tcp or icmp or icmp6'
ask 10.2.0.2 80 1 ttl1
router ip route add unreachable 10.3.0.0/24; ask 10.3.0.9 80 1
router ip -6 route add prohibit fd03::/64; ask fd03::9 80 1
router nft 'add table inet t; add chain inet t f { type filter hook forward priority 0; }; add rule inet t f tcp dport 22 reject with icmpx type admin-prohibited'
ask 10.2.0.2 22 1; ask fd02::2 22 1
stop

ip -n "$c" link add vx type vxlan id 4242 dstport 4789 local 10.1.0.2 remote 10.2.0.2; ip -n "$s" link add vx type vxlan id 4242 dstport 4789 local 10.2.0.2 remote 10.1.0.2
ip -n "$c" addr add 10.9.0.1/24 dev vx; ip -n "$s" addr add 10.9.0.2/24 dev vx; ip -n "$c" link set vx up; ip -n "$s" link set vx up
record overlay "$r" -i toc -s 200 udp
ask 10.9.0.2 80 3000
stop

mkdir -p "$here/two-interfaces"
ip netns exec "$r" dumpcap -q -i toc -i tos -s 128 -f tcp -w "$here/two-interfaces/capture.pcapng" 2>/dev/null & dump=$!
sleep 2; ask 10.2.0.2 80 500; sleep 1.5; kill $dump; wait $dump 2>/dev/null || true
kill $one $two $three 2>/dev/null || true
rm -f "/tmp/$run.py"
