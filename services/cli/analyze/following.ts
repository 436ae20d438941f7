import { basename } from "node:path";
import { CaptureError, DecodeCounters, type CaptureDecoderOptions } from "@hangup/packets";
import { describeError } from "@hangup/service/command";
import { captureDamages, captureFault, Observer, type ObserverShare, type Teardown } from "@hangup/teardowns";
import type { OpenedFile } from "./opened-file.ts";
import { ProgressLine } from "./progress.ts";
import type { CaptureSummary } from "./summary.ts";

/** Packets that several processors have taken change places; so do those at the end of one file and at the beginning of the next. */
const REORDER_US = 1_000_000;
/**
 * A capture that goes on in another file pauses no longer. In so long a time a connection seldom ends unseen, and what fell silent in
 * the pause is told by its repetitions, not by the time that has passed.
 */
const LONGEST_PAUSE_US = 3_600_000_000;

export interface FollowingOptions extends CaptureDecoderOptions {
  /** The command, in front of each message. */
  readonly command: string;
  /** Rows of connections that did not end too. */
  readonly all: boolean;
  /** Fill all columns of the rows, default true. */
  readonly facts?: boolean;
  /** Cap on what is kept of connections, bytes. */
  readonly maxMemoryBytes?: number;
  /** Follow only one share of the connections. */
  readonly share?: ObserverShare;
  readonly progress?: ProgressLine;
  /** Number of the capture among those of this run: part of the identity of its rows. */
  readonly index: number;
}

/** Hears the bytes of the files as well. */
export interface Listener {
  push(chunk: Uint8Array): void;
  endFile(): void;
}

/** A capture that is being followed, in one file or in several. */
export class Following {
  /** Files that could be read, if not to their end. */
  readonly names: string[] = [];
  readonly #observer: Observer;
  readonly #command: string;
  readonly #listener: Listener | null;
  readonly #progress: ProgressLine;
  readonly #started = performance.now();

  /** @param first the file that it begins with. */
  constructor(first: OpenedFile, options: FollowingOptions, sink: (row: Teardown) => void, listener: Listener | null) {
    const { command, index, progress = new ProgressLine(), ...others } = options;
    this.#observer = new Observer({ ...others, collector: basename(first.name), epoch: index, live: false }, sink);
    this.#command = command;
    this.#progress = progress;
    this.#listener = listener;
  }

  get connections(): number {
    return this.#observer.counters.connections;
  }

  /**
   * Whether a file that begins then is the next part of this capture, as a capturing program with several files writes it. A file
   * without a packet speaks against nothing: null.
   */
  goesOnAt(beginsUs: number | null): boolean {
    const { lastUs } = this.#observer;
    if (beginsUs === null || lastUs === null) return true;
    const pauseUs = beginsUs - lastUs;
    return pauseUs >= -REORDER_US && pauseUs <= LONGEST_PAUSE_US;
  }

  /** Answers what of the file could not be read, a line each. @throws HangupError when it holds nothing that can be read. */
  async read(file: OpenedFile): Promise<string[]> {
    const { name } = file;
    const { decode } = this.#observer.counters;
    const before = Object.assign(new DecodeCounters(), decode);
    const unread = cutShort(await this.#push(file), file);
    if (unread !== null && decode.tcp === before.tcp) throw captureFault(unread, name);
    this.names.push(name);
    const faults = unread === null ? [] : [describeError(this.#command, captureFault(unread, name))];
    const here = {
      packets: decode.packets - before.packets,
      cutRecords: decode.cutRecords - before.cutRecords,
      damages: decode.damages - before.damages,
      damagedBytes: decode.damagedBytes - before.damagedBytes,
    };
    return [...faults, ...captureDamages(name, here, file.source.damage)];
  }

  /** The capture has ended: judges what is left. */
  finish(): CaptureSummary {
    this.#observer.finish();
    const { names } = this;
    const { packets, bytes, outcomes, connections, rows, tracking } = this.#observer.counters;
    return {
      name: names.length < 2 ? names[0] : `${names[0]} to ${basename(names.at(-1) ?? "")} (${names.length} files)`,
      packets,
      bytes,
      outcomes,
      connections,
      ended: rows.fin + rows.reset + rows.refused + rows.timeout,
      evicted: tracking.evictedHalfOpen + tracking.evictedIdle,
      seconds: (performance.now() - this.#started) / 1000,
    };
  }

  /** Answers what stopped it before its end, null for nothing. */
  async #push(file: OpenedFile): Promise<unknown> {
    const observer = this.#observer;
    const progress = this.#progress;
    let unread: unknown = null;
    if (observer.input !== null) file.source.buffer = observer.input;
    try {
      for await (const chunk of file.chunks) {
        observer.push(chunk);
        this.#listener?.push(chunk);
        progress.update(file.name, observer.counters.packets, file.source.bytesRead, file.source.size);
      }
    } catch (error) {
      unread = error;
    }
    progress.clear();
    for (const reader of [observer, this.#listener]) {
      try {
        reader?.endFile();
      } catch (error) {
        unread ??= error;
      }
    }
    return unread;
  }
}

/** Of compressed data that broke off in front of everything the input is not too short, it is damaged. */
function cutShort(unread: unknown, { source }: OpenedFile): unknown {
  const nothing = unread instanceof CaptureError && unread.reason === "truncated_header" && source.damage !== "";
  return nothing ? new CaptureError("truncated_header", `no capture: ${source.damage}`) : unread;
}
