/** The program inside a lab's namespace: real sockets that do what they are told. It ends when its parent does. */
import { connect, createServer } from "node:net";
import { Gate, runSteps, type Outcome, type Step } from "./steps.ts";
import { endpointKey, type Endpoint, type Envelope, type Reply, type Request } from "./worker-protocol.ts";

/** A connection that the lab spoke of, under the client's endpoint. */
interface Plan {
  readonly steps: readonly Step[];
  readonly gate: Gate;
  readonly ended: PromiseWithResolvers<Outcome>;
}

const plans = new Map<string, Plan>();
const nothing: Outcome = { error: "", done: 0 };

function plan(client: Endpoint, steps: readonly Step[]): Plan {
  const made: Plan = { steps, gate: new Gate(), ended: Promise.withResolvers<Outcome>() };
  plans.set(endpointKey(client), made);
  return made;
}

function listen(at: Endpoint, fallback: readonly Step[]): Promise<Outcome> {
  return new Promise((resolve) => {
    // pauseOnConnect: until a step says so, received data stays unread in the kernel.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
      const { remoteAddress: address = "", remotePort: port = 0 } = socket;
      const announced = plans.get(endpointKey({ address, port }));
      const done = runSteps(socket, announced?.steps ?? fallback, announced?.gate);
      void done.then((outcome) => announced?.ended.resolve(outcome));
    });
    server.on("error", (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message, done: 0 }));
    server.listen({ host: at.address, port: at.port, backlog: 512, ipv6Only: true }, () => resolve(nothing));
  });
}

function open(client: Endpoint, server: Endpoint, { steps, gate }: Plan, patienceMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({
      host: server.address,
      port: server.port,
      localAddress: client.address,
      localPort: client.port,
      allowHalfOpen: true,
      noDelay: true,
    });
    // Paused before it is connected, so that nothing is read until a step says so.
    socket.pause();
    const failed = (error: NodeJS.ErrnoException): void => giveUp(error.code ?? error.message);
    const timer = setTimeout(() => giveUp("ETIMEDOUT"), patienceMs);
    function giveUp(error: string): void {
      clearTimeout(timer);
      socket.destroy();
      resolve({ error, done: 0 });
    }
    socket.once("error", failed);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", failed);
      resolve(runSteps(socket, steps, gate));
    });
  });
}

async function answer(request: Request): Promise<Outcome> {
  if (request.op === "listen") return listen(request.at, request.fallback);
  const key = endpointKey(request.client);
  if (request.op === "announce") plan(request.client, request.steps);
  else if (request.op === "held") await plans.get(key)?.gate.reached;
  else if (request.op === "release") plans.get(key)?.gate.open();
  else {
    const ended =
      request.op === "connect"
        ? open(request.client, request.server, plan(request.client, request.steps), request.patienceMs)
        : plans.get(key)?.ended.promise;
    const outcome = await ended;
    plans.delete(key);
    return outcome ?? nothing;
  }
  return nothing;
}

process.on("message", ({ id, request }: Envelope) => {
  void answer(request).then((outcome) => {
    const reply: Reply = { id, outcome };
    if (process.connected) process.send?.(reply);
  });
});
process.on("disconnect", () => process.exit(0));
// A ctrl-C at the terminal reaches the whole process group; the parent decides when the lab ends.
process.on("SIGINT", () => undefined);
