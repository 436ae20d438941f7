import { runIn } from "@hangup/lab";
import { did } from "../deed.ts";
import type { Scenario } from "../scenario.ts";
import type { Opened, Stage } from "../stage.ts";
import { inSteps } from "./fin.ts";

const aborted = did("reset", "app_abort");
/** On the wire an abort in these places looks like a close with unread data, or like the web server's shortcut. */
const abortedOnRequest = did("reset", "app_abort", "unread_data_close");
const abortedAfterAnswer = did("reset", "app_abort", "rst_instead_of_fin");
const unread = did("reset", "unread_data_close", "app_abort");
const shortcut = did("reset", "rst_instead_of_fin", "app_abort");

/** On a long way the client's own FIN may pass the RST: then both had closed. */
const afterClose = did(["reset", "fin"], "data_after_close", "fin_server_first");

/** Keepalive probes every second, the third without an answer ends it. */
const PROBING = { keepalive: 1, keepalive_idle: 1, keepalive_interval: 1, keepalive_count: 3 };

/** An administrator's `ss -K`. */
async function kill(stage: Stage, host: "client" | "server"): Promise<void> {
  const port = `${stage.client.port}`;
  const filter = host === "client" ? ["sport", "=", `:${port}`] : ["dport", "=", `:${port}`];
  await runIn(stage.network.namespace(host), ["ss", "-K", "-t", ...filter]);
}

async function mute(stage: Stage): Promise<void> {
  await stage.quiet();
  await stage.network.filter("r2", "drop", "up", stage.client.port);
  await stage.network.filter("r2", "drop", "down", stage.client.port);
}

/** The owner of the connection cut it. */
export const ABORT_SCENARIOS: Readonly<Record<string, Scenario>> = {
  client_abort: inSteps("client_abort", aborted, { times: 2 }),
  server_abort: inSteps("server_abort", abortedOnRequest),
  unread_close: inSteps("unread_close", unread, { times: 3 }),
  turned_away: inSteps("turned_away", did("reset", "access_denied", "app_abort"), { times: 3 }),
  abort_after_answer: inSteps("abort_after_answer", shortcut, { times: 3 }),
  data_after_close: inSteps("data_after_close", afterClose, { times: 2 }),
  client_abort_before_data: {
    deed: aborted,
    run: async (stage) => {
      const { c, s } = await stage.open();
      await stage.quiet();
      await c.abort();
      await s.reset();
    },
  },
  client_abort_in_a_download: downloading(async ({ c }) => c.abort()),
  // Where all that was under way has arrived before the RST, nothing shows that more was to come.
  server_abort_in_a_download: downloading(async ({ s }) => s.abort(), abortedAfterAnswer),
  server_abort_in_an_upload: {
    // What lies unread comes before SO_LINGER.
    deed: unread,
    run: async (stage) => {
      const { c, s } = await stage.open();
      const sending = stage.error(c.send(300_000));
      await s.receive(30_000);
      await s.abort();
      await sending;
    },
  },
  disconnected: {
    // connect(AF_UNSPEC)
    deed: aborted,
    run: async (stage) => {
      const { c, s } = await stage.open();
      await c.send(stage.requestBytes);
      await s.receive(stage.requestBytes);
      await stage.quiet();
      await c.disconnect();
      await s.reset();
    },
  },
  killed_by_the_client_s_administrator: {
    deed: aborted,
    run: async (stage) => {
      const { c, s } = await stage.open();
      await c.send(stage.requestBytes);
      await s.receive(stage.requestBytes);
      await stage.quiet();
      await kill(stage, "client");
      await s.reset();
    },
  },
  killed_by_the_server_s_administrator: {
    deed: abortedAfterAnswer,
    run: async (stage) => {
      const { c } = await stage.opened();
      await stage.quiet();
      await kill(stage, "server");
      await c.reset();
    },
  },
  abort_after_own_fin: {
    deed: aborted,
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await s.end();
      await c.receiveEnd();
      await stage.quiet();
      await s.abort();
      await stage.quiet();
    },
  },
  abort_to_a_fin: {
    // A client that answers goodbye by RST, to skip TIME-WAIT.
    deed: shortcut,
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await s.end();
      await c.receiveEnd();
      await stage.quiet();
      await c.abort();
    },
  },
  client_aborts_an_idle_one: {
    deed: shortcut,
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await stage.pause(2_500);
      await c.abort();
      await s.reset();
    },
  },
  greeting_unread: {
    deed: unread,
    run: async (stage) => {
      const { c, s } = await stage.open();
      await s.send(90);
      await stage.quiet();
      await c.close();
      await s.reset();
    },
  },
  window_shut_unread: {
    deed: unread,
    run: async (stage) => {
      const { c, s } = await stage.open({ clientOptions: { receive_buffer: 4_096 } });
      await c.send(stage.requestBytes);
      await s.receive(stage.requestBytes);
      await s.fill();
      await stage.pause(2_000);
      await c.close();
      await s.reset();
    },
  },
  turned_away_with_its_request_unread: {
    // TCP wrappers, with a client that speaks first.
    deed: { ...did("reset", "access_denied"), also: ["unread_data_close"] },
    run: async (stage) => {
      const { c, s } = await stage.open();
      await c.send(stage.requestBytes);
      await stage.quiet();
      await s.close();
      await c.reset();
    },
  },
  late_farewell: {
    // A TLS alert that crosses the server's close.
    deed: afterClose,
    run: async (stage) => {
      const { c, s } = await stage.opened();
      await s.close();
      await c.receiveEnd();
      await stage.quiet();
      await c.send(31);
      await stage.quiet();
      await c.close();
    },
  },
  upload_into_a_close: {
    // The server answers before it has read all, and closes: what is under way meets no reader.
    deed: did("reset", "data_after_close", "unread_data_close"),
    run: async (stage) => {
      const { c, s } = await stage.open();
      await c.send(stage.requestBytes);
      await s.receive(stage.requestBytes);
      await s.send(stage.answerBytes);
      await s.close();
      await stage.pause(4);
      for (let i = 0; i < 4; i++) await stage.error(c.send(1_400));
      await stage.quiet();
      await c.close();
    },
  },
  keepalive_by_client: {
    deed: did("reset", "keepalive_timeout", "app_abort"),
    at: { server: did("open", "") },
    run: async (stage) => {
      const { c } = await stage.opened({ clientOptions: PROBING });
      await mute(stage);
      await c.gone();
    },
  },
  keepalive_by_server: {
    deed: did("reset", "keepalive_timeout", "app_abort"),
    at: { client: did("open", ""), middle: did("open", "") },
    run: async (stage) => {
      const { s } = await stage.opened();
      for (const [name, value] of Object.entries(PROBING)) await s.option(name, value);
      await mute(stage);
      await s.gone();
    },
  },
  multipath: {
    // Who closes its subflow first is not the program's affair: both ends do when all data is acknowledged.
    deed: did("fin", "fin_client_first", "fin_server_first", "fin_simultaneous"),
    run: async (stage) => {
      const pair = await multipath(stage);
      await stage.exchange(pair);
      await stage.quiet();
      await stage.finish(pair);
    },
  },
  multipath_abort: {
    deed: did("reset", "mptcp_abort", "app_abort"),
    run: async (stage) => {
      const { c, s } = await multipath(stage);
      await c.send(stage.requestBytes);
      await s.receive(stage.requestBytes);
      await stage.quiet();
      await c.abort();
      await s.reset();
    },
  },
};

function downloading(cutIt: (pair: Opened) => Promise<unknown>, deed = aborted): Scenario {
  return {
    deed,
    run: async (stage) => {
      const pair = await stage.open();
      await pair.c.send(stage.requestBytes);
      await pair.s.receive(stage.requestBytes);
      const sending = stage.error(pair.s.send(600_000));
      await pair.c.receive(30_000);
      await cutIt(pair);
      await sending;
    },
  };
}

/** A listener of its own: those of the theatre speak plain TCP. */
async function multipath(stage: Stage): Promise<Opened> {
  const at = { address: stage.server.address, port: stage.newPort() };
  const listener = await stage.agent("server").listen(at, { mptcp: true });
  stage.label(stage.client, at);
  const [c, { socket: s }] = await Promise.all([
    stage.agent("client").connect(stage.client, at, { mptcp: true }),
    listener.accept(),
  ]);
  await listener.close();
  return { c, s };
}
