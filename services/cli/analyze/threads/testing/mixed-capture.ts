import { Conversation, interleave, type ConversationOptions } from "@hangup/connections";
import { segmentCapture } from "@hangup/packets/builder";

const START_US = 1_700_000_000_000_000;
const SECOND = 1e6;

const ENDINGS = [
  "cS sSA cA cD200 sA sD3000 cA cD50 sA cF sA sF cA",
  "cS sSA cA cD200 sA sRA",
  "cS sSA cA cD200 sD50 cA ~2s cRA sD80 cR",
  "cS sRR",
  "cS ~1s =cS ~2s =cS",
  "!cS !sSA cD20 sA sD30 cA sF cA cF sA",
  "!cS !sSA sD20 cA ~3s cRA",
  "cS sSA cA sF cA cD30 sR",
  "cS sSA cA cD10 sA ~50s cD10 =cD10 sR",
];

/**
 * Some minutes of a network in which connections tell about each other: hosts with TTLs of their own, listeners that are known only from
 * other connections, a scan of ports and one of hosts, health checks at regular intervals. Many turns of the capture clock.
 */
export function mixedCapture(): Uint8Array {
  const conversations: Conversation[] = [];
  const add = (text: string, options: ConversationOptions, seconds: number): number =>
    conversations.push(new Conversation({ ...options, startUs: START_US + seconds * SECOND }).play(text));
  for (let i = 0; i < 360; i++) {
    const options = {
      clientHost: 1 + (i % 23),
      serverHost: 1 + (i % 7),
      clientPort: 40_000 + i,
      serverPort: [80, 443, 50_443][i % 3],
      serverTtl: 60 + (i % 4),
      family: i % 11 === 5 ? (6 as const) : (4 as const),
      clientIsn: 1000 * i,
    };
    add(ENDINGS[i % ENDINGS.length], options, (i * 7) / 13);
  }
  for (let port = 1; port <= 20; port++) {
    add("cS sRR", { clientHost: 99, clientPort: 50_000 + port, serverPort: port }, 30 + port / 4);
    add("cS sSA cR", { clientHost: 98, clientPort: 50_000, serverHost: port, serverPort: 22 }, 60 + port / 4);
  }
  for (let check = 0; check < 12; check++)
    add("cS sSA cRA", { clientHost: 97, clientPort: 51_000 + check, serverHost: 3 }, 10 + 10 * check);
  return segmentCapture(interleave(...conversations));
}
