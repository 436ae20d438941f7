import { ACK, SYN } from "@hangup/packets";
import { describe, expect, it } from "vitest";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import { Tracker } from "./tracker.ts";

/** Round trips to client and server, µs, 0 when unknown. */
function trips({ segments }: Conversation): [number, number] {
  let found: [number, number] = [-1, -1];
  const options = { settleUs: null, silenceUs: 120_000_000, maxMemoryBytes: 2 ** 22, seed: 1 };
  const tracker = new Tracker(options, ({ client, server }) => {
    found = [client.roundTripUs, server.roundTripUs];
    return true;
  });
  for (const segment of segments) tracker.track(segment);
  tracker.finish();
  return found;
}

const SECOND: ConversationOptions = { tickUs: 1_000_000 };

describe("the round trip of a connection whose opening was not captured", () => {
  it.each([
    { name: "from a request to its echo", text: "cD ~20ms sA", us: [0, 30_000] },
    { name: "to both sides", text: "cD ~20ms sD ~5ms cA", us: [15_000, 30_000] },
    { name: "from no acknowledgement", text: "cA ~20ms sA cA", us: [0, 0] },
    { name: "with the answer lost on the way to the capture", text: "cD !sA cA sA", us: [0, 0] },
    { name: "with a keepalive's echo long after", text: "cD !sA ~5s sA", us: [0, 0] },
    { name: "as the shortest of several", text: "cA cD ~40ms sA cD sA cD ~5ms sA", us: [0, 10_000] },
    { name: "anew where the first value may be older than the capture", text: "cD sA cD ~20ms sA cA", us: [0, 30_000] },
    { name: "not anew where it is not", text: "cA cD sA cD ~20ms sA cA", us: [0, 10_000] },
    { name: "with the answer to a later segment", text: "cD ~1ms cD ~20ms sA", us: [0, 0] },
    { name: "again after such an answer", text: "cD ~1ms cD ~20ms sA cD ~10ms sA", us: [0, 20_000] },
    { name: "from the first FIN", text: "cA sA cF ~20ms sF cA", us: [0, 30_000] },
    { name: "from the server's FIN", text: "cA sA sF ~20ms cA", us: [30_000, 0] },
    { name: "in no capture of flags alone", text: "cF ~20ms sF", us: [0, 0] },
    { name: "from the only packets of a close", text: "cF ~20ms sA sF cA", us: [0, 30_000] },
    { name: "from data that a FIN answers", text: "cD ~20ms sF cF sA", us: [10_000, 30_000] },
    { name: "up to a RST", text: "cD ~20ms sA cA sRA", us: [0, 30_000] },
    { name: "without timestamps", text: "cD sD cA", us: [0, 0], options: { timestamps: false } },
    { name: "over IPv6, from numbers and values that wrap", text: "cD ~20ms sA", us: [0, 30_000], wraps: true },
  ])("is measured $name", ({ text, us, options, wraps }) => {
    const wrapping: ConversationOptions = { family: 6, clientIsn: 0xffffffff, startUs: 4_294_967_295_995_000 };
    expect(trips(new Conversation(wraps ? wrapping : options).play(text))).toEqual(us);
  });

  it.each([
    { name: "of an acknowledgement before", text: "cA cD sA", us: [0, 0] },
    { name: "of data before", text: "cD ~50ms sA cD sA", us: [0, 60_000] },
    { name: "of data that was sent again", text: "cD ~200ms =cD sA", us: [0, 220_000] },
    { name: "of an acknowledgement before the FIN", text: "cA cF sA", us: [0, 0] },
    { name: "until the clock moves", text: "cA cD sA ~970ms cD sA", us: [0, 10_000] },
  ])("takes no value twice: $name", ({ text, us }) => {
    expect(trips(new Conversation(SECOND).play(text))).toEqual(us);
  });

  it("takes no value that a segment missing from the capture may have carried", () => {
    expect(trips(new Conversation().play("cA !cD cD sA"))).toEqual([0, 0]);
    expect(trips(new Conversation().play("cA !cD cD sA cD sA"))).toEqual([0, 10_000]);
  });

  it("waits on past an echo of an older value", () => {
    const conversation = new Conversation().play("cA ~5ms cD");
    const [{ tsVal: older }] = conversation.segments;
    expect(trips(conversation.send("s", { flags: ACK, tsEcr: older }).play("sA"))).toEqual([0, 20_000]);
  });

  it("is forgotten for a SYN that was captured late", () => {
    const late = new Conversation().play("cD ~20ms sD cA").send("c", { flags: SYN, seq: 999, ack: 0 });
    expect(trips(late)).toEqual([0, 0]);
    late.wait(30_000).send("s", { flags: SYN | ACK, seq: 4999, ack: 1000 });
    expect(trips(late)).toEqual([0, 40_000]);
    expect(trips(late.play("cD sD"))).toEqual([10_000, 40_000]);
  });
});

describe("the round trip of a handshake", () => {
  it.each(["cS ~20ms sSA ~3ms cA", "cS ~20ms sSA ~3ms cA cD sA cD sD cA cF sF cA"])(
    "is that of its SYNs: %s",
    (text) => {
      expect(trips(new Conversation().play(text))).toEqual([13_000, 30_000]);
    },
  );
});
