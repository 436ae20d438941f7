import type { Socket } from "node:net";

/**
 * What one side of a connection does, in order:
 * - `send n`: writes n bytes and waits until the kernel has them
 * - `receive n`: reads until n bytes in all have come; a side that never receives leaves its data unread in the kernel
 * - `receive_end`: reads until the peer's FIN
 * - `wait ms`
 * - `end`: shutdown(SHUT_WR), a FIN; the side may go on receiving
 * - `close`: close(2): a FIN, or a RST when received data is unread
 * - `abort`: SO_LINGER 0 and close(2): a RST
 * - `gone`: reads until the connection is over, by whatever end
 * - `hold`: waits until the lab lets this side go on
 */
export type Step =
  | readonly ["send" | "receive" | "wait", number]
  | readonly ["receive_end" | "end" | "close" | "abort" | "gone" | "hold"];

/** How it went: `error` is the errno that the socket reported ('' when none), `done` the number of steps that were done. */
export interface Outcome {
  readonly error: string;
  readonly done: number;
}

/** Where a side waits for the lab: `reached` resolves when it has come there, `open` lets it go on. */
export class Gate {
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  open(): void {
    this.#opened.resolve();
  }

  pass(): Promise<void> {
    this.#reached.resolve();
    return this.#opened.promise;
  }
}

/** A connection that makes no progress for this long is given up, so that no lab hangs. */
const PATIENCE_MS = 20_000;

/** Runs the steps on a connected, paused socket. Never rejects; the socket is closed at the end whatever happened. */
export async function runSteps(socket: Socket, steps: readonly Step[], gate = new Gate()): Promise<Outcome> {
  const side = new StepRunner(socket, gate);
  let done = 0;
  try {
    for (const step of steps) {
      await side.run(step);
      done++;
    }
    return { error: "", done };
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code ?? String(error), done };
  } finally {
    socket.destroy();
  }
}

class StepRunner {
  readonly #socket: Socket;
  readonly #gate: Gate;
  #received = 0;
  #ended = false;
  #closed = false;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: Socket, gate: Gate) {
    this.#socket = socket;
    this.#gate = gate;
    socket.on("data", (chunk: Buffer) => {
      this.#received += chunk.length;
      this.#wake();
    });
    socket.pause();
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on("error", (error) => {
      this.#error = error;
      this.#wake();
    });
    socket.on("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }

  async run([name, amount = 0]: readonly [Step[0], number?]): Promise<void> {
    const socket = this.#socket;
    switch (name) {
      case "send":
        return this.#send(amount);
      case "receive":
        await this.#readUntil(() => this.#received >= amount || this.#ended);
        if (this.#received < amount) throw new Error("the peer ended early");
        return;
      case "receive_end":
        return this.#readUntil(() => this.#ended);
      case "gone":
        return this.#readUntil(() => this.#closed);
      case "hold":
        return this.#gate.pass();
      case "wait":
        await new Promise((resolve) => setTimeout(resolve, amount));
        return;
      case "end":
        await new Promise<void>((resolve) => socket.end(resolve));
        return;
      case "close":
        socket.destroy();
        return;
      case "abort":
        socket.resetAndDestroy();
        return;
    }
  }

  #send(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(Buffer.alloc(bytes, 0x68), (error) => (error ? reject(error) : resolve()));
    });
  }

  async #readUntil(reached: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    this.#socket.resume();
    while (!reached()) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#closed) throw new Error("closed before the step was done");
      if (Date.now() >= deadline) throw new Error("no progress");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#socket.pause();
  }
}
