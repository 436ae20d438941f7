import { basename } from "node:path";
import { CaptureDecoder, openCapture } from "@hangup/packets";
import { describeError } from "@hangup/service";
import { captureDamages, captureFault, Observer, type Teardown } from "@hangup/teardowns";
import { sameAddress, type Endpoint } from "../analyze/endpoint.ts";
import { ProgressLine } from "../analyze/progress.ts";
import { Near } from "./near.ts";
import { stories } from "./story.ts";
import { Timeline } from "./timeline.ts";

/** What a capture says of one connection's addresses and ports. */
export interface Found {
  /** Its connections by start: several where the ports were used again. */
  readonly rows: readonly Teardown[];
  /** The packets of each, in order of time, told in lines. */
  readonly packets: readonly (readonly string[])[];
  /** What else the capture holds. */
  readonly near: Near;
  /** What of the capture could not be read, a line each. */
  readonly faults: readonly string[];
}

/**
 * Reads the whole capture: what a connection's neighbours do is evidence too.
 * @param command stands before each fault. @throws HangupError when nothing can be read.
 */
export async function look(command: string, file: string, first: Endpoint, second: Endpoint): Promise<Found> {
  const name = file === "-" ? "stdin" : file;
  const rows: Teardown[] = [];
  const near = new Near(first, second);
  const observer = new Observer({ collector: basename(name), epoch: 0, live: false, all: true }, (row) => {
    if (isBetween(row, first, second)) rows.push(copyOf(row));
    else near.add(row);
  });
  const timeline = new Timeline(first, second);
  const decoder = new CaptureDecoder((segment) => timeline.add(segment));
  const { counters } = observer;
  const progress = new ProgressLine();
  let damage = "";
  let unread: unknown = null;
  try {
    const source = await openCapture(file);
    for await (const chunk of source) {
      observer.push(chunk);
      decoder.push(chunk);
      progress.update(name, counters.packets, source.bytesRead, source.size);
    }
    damage = source.damage;
    decoder.end();
  } catch (error) {
    unread = error;
  }
  progress.clear();
  try {
    observer.finish();
  } catch (error) {
    unread ??= error;
  }
  if (unread !== null && counters.decode.tcp === 0) throw captureFault(unread, name);
  const faults = unread === null ? [] : [describeError(command, captureFault(unread, name))];
  faults.push(...captureDamages(name, counters.decode, damage));
  rows.sort((a, b) => a.start_time - b.start_time);
  return { rows, packets: stories(rows, timeline.runs, first), near, faults };
}

function isBetween(row: Teardown, first: Endpoint, second: Endpoint): boolean {
  const { client_ip: client, client_port: clientPort, server_ip: server, server_port: serverPort } = row;
  const isClient = (end: Endpoint): boolean => end.port === clientPort && sameAddress(end.address, client);
  const isServer = (end: Endpoint): boolean => end.port === serverPort && sameAddress(end.address, server);
  return (isClient(first) && isServer(second)) || (isClient(second) && isServer(first));
}

/** The row is one object, filled again for each connection, and so are its addresses. */
function copyOf(row: Teardown): Teardown {
  return { ...row, client_ip: Uint8Array.from(row.client_ip), server_ip: Uint8Array.from(row.server_ip) };
}
