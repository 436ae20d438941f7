import { clickHouseOption, connect, credentials, migrate, migrationStatus, pingClickHouse } from "@hangup/clickhouse";
import { checkoutFile, HangupError, parseCommand, type CommandSpec } from "@hangup/service/command";

const options = {
  clickhouse: clickHouseOption,
};

const spec: CommandSpec<typeof options> = {
  name: "hangup migrate",
  summary:
    "Creates or upgrades Hangup's ClickHouse tables: 'status' shows what was applied, 'up' applies what is missing.",
  examples: [
    "hangup migrate status",
    "HANGUP_CLICKHOUSE_PASSWORD=… hangup migrate up --clickhouse http://clickhouse:8123",
  ],
  options,
  operands: "<status|up>",
};

export async function run(argv: string[]): Promise<number> {
  const { config, operands } = parseCommand(spec, argv);
  const [action] = operands;
  if (action !== "status" && action !== "up") {
    throw new HangupError("HANGUP_USAGE", `'${action}' is neither status nor up`, {
      remedy: "See 'hangup migrate --help'",
    });
  }
  const client = connect({ ...credentials(config.clickhouse, "services"), database: "default" });
  try {
    await pingClickHouse(client);
    const directory = checkoutFile("infra/clickhouse/migrations");
    if (action === "up") {
      const applied = await migrate(client, directory);
      process.stdout.write(
        applied.length === 0 ? "nothing to do\n" : applied.map((name) => `applied ${name}\n`).join(""),
      );
      return 0;
    }
    for (const { name, state, appliedTime } of await migrationStatus(client, directory)) {
      process.stdout.write(`${state.padEnd(8)} ${name}${appliedTime === null ? "" : `  ${appliedTime}`}\n`);
    }
    return 0;
  } finally {
    await client.close();
  }
}
