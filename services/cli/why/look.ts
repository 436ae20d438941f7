import { CaptureDecoder } from "@hangup/packets";
import type { Teardown } from "@hangup/teardowns";
import { sameAddress, type Endpoint } from "../analyze/endpoint.ts";
import { followFiles } from "../analyze/follow-files.ts";
import { Near } from "./near.ts";
import { stories } from "./story.ts";
import { Timeline } from "./timeline.ts";

/** What captures say of one connection's addresses and ports. */
export interface Found {
  /** Its connections by start: several where the ports were used again. */
  readonly rows: readonly Teardown[];
  /** The packets of each, in order of time, told in lines. */
  readonly packets: readonly (readonly string[])[];
  /** What else the captures hold. */
  readonly near: Near;
  /** What of the files could not be read, a line each. */
  readonly faults: readonly string[];
}

/**
 * Reads the files to their end: what a connection's neighbours do is evidence too.
 * @param command stands before each fault. @throws HangupError when nothing can be read.
 */
export async function look(
  command: string,
  files: readonly string[],
  first: Endpoint,
  second: Endpoint,
): Promise<Found> {
  const rows: Teardown[] = [];
  const faults: string[] = [];
  const near = new Near(first, second);
  const timeline = new Timeline(first, second);
  const listener = new CaptureDecoder((segment) => timeline.add(segment));
  const tell = (fault: string): number => faults.push(fault);
  await followFiles(files, { command, all: true, listener, tell }, (row) => {
    if (isBetween(row, first, second)) rows.push(copyOf(row));
    else near.add(row);
  });
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
