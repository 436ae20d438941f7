"""The path between the lab's two routers: passes frames from one device to the other, later, and not all of them.

The kernel's own means (tc netem) is a module that many machines lack, and Node has no packet sockets. What is passed
keeps its offload state (PACKET_VNET_HDR), so that no checksum has to be made here.

    path.py DEVICE DEVICE '{"seed", "delay_ms", "jitter_ms", "loss", "reorder", "duplicate"}'

Shares are of frames, from 0 to 1, the same both ways. Jitter keeps the order, `reorder` takes a frame out of it. Ends
with its stdin.
"""
import heapq
import json
import os
import random
import select
import signal
import socket
import sys
import time

SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 15, 23
VNET_HDR = 10
ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86dd
"""How long a frame that leaves the order is kept, in ms beyond the others: a few packets may pass it."""
REORDER_MS = (1, 12)


def open_device(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    sock.bind((name, ETH_P_ALL))
    sock.setblocking(False)
    return sock


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    devices = [open_device(name) for name in sys.argv[1:3]]
    path = json.loads(sys.argv[3])
    chance = [random.Random('%d %d' % (path['seed'], side)) for side in (0, 1)]
    last_due = [0.0, 0.0]
    waiting, count = [], 0

    def take(side, frame, now):
        nonlocal count
        kind = int.from_bytes(frame[VNET_HDR + 12:VNET_HDR + 14], 'big')
        if kind not in (ETH_P_IP, ETH_P_IPV6):
            return
        dice = chance[side]
        lost, late, twice = dice.random() < path['loss'], dice.random() < path['reorder'], dice.random() < path['duplicate']
        jitter, lag, gap = dice.random() * path['jitter_ms'], dice.uniform(*REORDER_MS), dice.random() * 3
        if lost:
            return
        due = max(now + (path['delay_ms'] + jitter) / 1000, last_due[side])
        if late:
            due += lag / 1000
        else:
            last_due[side] = due
        for extra in (0, gap / 1000) if twice else (0,):
            count += 1
            heapq.heappush(waiting, (due + extra, count, 1 - side, frame))

    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, side, frame = heapq.heappop(waiting)
            try:
                devices[side].send(frame)
            except OSError:
                pass  # A full queue, or a link that has gone: the network may lose packets.
        patience = max(0, waiting[0][0] - time.monotonic()) if waiting else 1
        ready = select.select([*devices, sys.stdin], [], [], patience)[0]
        now = time.monotonic()
        for side in (0, 1):
            if devices[side] not in ready:
                continue
            try:
                while True:
                    take(side, devices[side].recv(1 << 17), now)
            except BlockingIOError:
                pass
        if sys.stdin in ready and os.read(0, 1) == b'':
            return


main()
