import { describe, expect, test } from "vitest";

import { packet, PcapBuilder, PcapngBuilder } from "./builder.ts";
import { CaptureDecoder } from "./decoder.ts";
import { firstTimeUs } from "./first-time.ts";

const START = 1_700_000_000_123_456;
const segment = (seq: number) =>
  packet().tcp({ srcPort: 1, dstPort: 2, seq }).ipv4({ src: "10.0.0.1", dst: "10.0.0.2" });
const pcap = new PcapBuilder()
  .add(START, segment(1).ethernet())
  .add(START + 5, segment(2).ethernet())
  .bytes();
const pcapng = new PcapngBuilder()
  .section()
  .interface({ linkType: 101 })
  .packet(0, START + 9, segment(3))
  .bytes();

/** What the files hold, read one behind the other, and the faults that ended them. */
function read(
  files: readonly Uint8Array[],
  chunk: number,
): { seqs: number[]; faults: string[]; decoder: CaptureDecoder } {
  const seqs: number[] = [];
  const faults: string[] = [];
  const decoder = new CaptureDecoder((found) => seqs.push(found.seq));
  for (const file of files) {
    try {
      for (let at = 0; at < file.length; at += chunk) decoder.push(file.subarray(at, at + chunk));
      decoder.endFile();
    } catch (error) {
      faults.push(String(error));
      closeBroken(decoder);
    }
  }
  decoder.end();
  return { seqs, faults, decoder };
}

/** A file that could not be read is over as well; that it was none has been said. */
function closeBroken(decoder: CaptureDecoder): void {
  try {
    decoder.endFile();
  } catch {
    // Expected.
  }
}

describe("files one behind the other", () => {
  test("are one capture, whatever their format", () => {
    for (const chunk of [1, 33, 10_000]) {
      const { seqs, faults, decoder } = read([pcap, pcapng, pcap], chunk);
      expect([seqs, faults]).toEqual([[1, 2, 3, 1, 2], []]);
      expect(decoder.counters).toMatchObject({ packets: 5, tcp: 5, cutRecords: 0 });
    }
  });

  test("may each end in the middle of a record", () => {
    const { seqs, decoder } = read([pcap.subarray(0, -1), pcapng.subarray(0, -1), pcap], 10_000);
    expect(seqs).toEqual([1, 1, 2]);
    expect(decoder.counters.cutRecords).toBe(2);
  });

  test("go on behind one that is no capture", () => {
    const { seqs, faults } = read([pcap, new TextEncoder().encode("nothing of the kind"), pcapng], 10_000);
    expect(seqs).toEqual([1, 2, 3]);
    expect(faults).toEqual([expect.stringContaining("neither pcap nor pcapng")]);
  });

  test("the time of the last packet is known", () => {
    expect(read([pcapng, pcap], 10).decoder.timeUs).toBe(START + 5);
  });
});

test("an end without a beginning is told once", () => {
  expect(() => new CaptureDecoder(() => undefined).end()).toThrow("no capture: the input ends after 0 bytes");
});

describe("the first packet's time", () => {
  test.each([
    { name: "pcap", bytes: pcap, time: START },
    { name: "pcapng", bytes: pcapng, time: START + 9 },
    { name: "a header alone", bytes: pcap.subarray(0, 24), time: null },
    { name: "half a packet", bytes: pcap.subarray(0, 60), time: null },
    { name: "no capture", bytes: new Uint8Array(100), time: null },
    {
      name: "a link type that is not read",
      bytes: new PcapBuilder({ linkType: 227 }).add(1, segment(1)).bytes(),
      time: null,
    },
  ])("of $name", ({ bytes, time }) => {
    expect(firstTimeUs(bytes)).toBe(time);
  });
});
