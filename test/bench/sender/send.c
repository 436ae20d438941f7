/*
 * Sends the packets of a pcap file on an interface at an even rate, over and over: send INTERFACE FILE PACKETS_PER_SECOND SECONDS.
 * Prints how many it sent and the seconds that took. In C since a raw socket and sendmmsg are out of Node's reach, and one
 * call a packet would not do for the rates wanted. The file is in this machine's byte order; what its snapshot length cut off
 * a packet is sent as zeros.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { FILE_HEADER = 24, RECORD_HEADER = 16, BATCH = 512, LONGEST = 1514 };

static unsigned char zeros[LONGEST];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static unsigned char *contents(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  *length = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(*length);
  if (bytes && fread(bytes, 1, *length, file) != *length) bytes = NULL;
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  size_t length;
  unsigned char *bytes = contents(argv[2], &length);
  if (!bytes || length <= FILE_HEADER) return perror(argv[2]), 1;
  double rate = atof(argv[3]), seconds = atof(argv[4]);

  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argv[1])};
  int on = 1;
  if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to)) return perror(argv[1]), 1;
  setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);

  struct iovec parts[BATCH][2];
  struct mmsghdr messages[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; i++) {
    messages[i].msg_hdr.msg_iov = parts[i];
    messages[i].msg_hdr.msg_iovlen = 2;
  }

  size_t at = FILE_HEADER;
  uint64_t sent = 0;
  double start = now(), elapsed = 0;
  while ((elapsed = now() - start) < seconds) {
    uint64_t due = (uint64_t)(elapsed * rate);
    if (due <= sent) {
      nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
      continue;
    }
    int count = 0;
    while (count < BATCH && sent + count < due) {
      uint32_t captured, whole;
      memcpy(&captured, bytes + at + 8, 4);
      memcpy(&whole, bytes + at + 12, 4);
      if (whole > LONGEST) return fputs("a packet is too long for the link\n", stderr), 1;
      parts[count][0] = (struct iovec){bytes + at + RECORD_HEADER, captured};
      parts[count++][1] = (struct iovec){zeros, whole - captured};
      at += RECORD_HEADER + captured;
      if (at >= length) at = FILE_HEADER;
    }
    for (int done = 0; done < count;) {
      int some = sendmmsg(fd, messages + done, count - done, 0);
      if (some < 0) return perror("sendmmsg"), 1;
      done += some;
    }
    sent += count;
  }
  printf("%llu %.3f\n", (unsigned long long)sent, elapsed);
  return 0;
}
