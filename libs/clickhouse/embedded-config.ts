import { createHash } from "node:crypto";

/** What the generated configuration depends on. */
export interface EngineSettings {
  readonly port: number;
  /** Absolute. */
  readonly usersFile: string;
  readonly password: string;
  readonly readerPassword: string;
}

export function engineConfig({ port, usersFile }: EngineSettings): string {
  return `<clickhouse>
  <users_config>${escapeXml(usersFile)}</users_config>
  <http_port>${port}</http_port>
  <listen_host>127.0.0.1</listen_host>
  <timezone>UTC</timezone>
  <!-- Errors, to stderr and so into the log file; what is wrong with a query its asker is told. -->
  <log-level>error</log-level>
  <logger>
    <console>1</console>
    <levels>
      <logger><name>executeQuery</name><level>none</level></logger>
      <logger><name>DynamicQueryHandler</name><level>none</level></logger>
    </levels>
  </logger>
  <!-- It shares the machine with all the rest. -->
  <max_server_memory_usage_to_ram_ratio>0.5</max_server_memory_usage_to_ram_ratio>
  <mark_cache_size>268435456</mark_cache_size>
</clickhouse>
`;
}

/**
 * `default`: the engine's own session logs in as it, so it can have no password. It may open the listener and wait, and
 * that session is the only one it is allowed: every request over HTTP that claims to be `default` finds the place taken.
 * `hangup`: the services. `hangup_reader`: SQL for people.
 */
export function engineUsers({ password, readerPassword }: EngineSettings): string {
  return `<clickhouse>
  <profiles>
    <default/>
    <own_session>
      <max_sessions_for_user>1</max_sessions_for_user>
      <max_memory_usage>100000000</max_memory_usage>
    </own_session>
    <services>
      <!-- A rejected insert is better than a wrong one: each insert says everything itself, these are for people's. -->
      <async_insert>0</async_insert>
    </services>
    <reader>
      <readonly>1</readonly>
      <max_execution_time>30</max_execution_time>
      <max_memory_usage>2000000000</max_memory_usage>
      <max_memory_usage_for_user>4000000000</max_memory_usage_for_user>
      <max_result_rows>1000000</max_result_rows>
      <max_result_bytes>1000000000</max_result_bytes>
      <result_overflow_mode>throw</result_overflow_mode>
      <max_rows_to_read>20000000000</max_rows_to_read>
      <max_concurrent_queries_for_user>8</max_concurrent_queries_for_user>
      <cancel_http_readonly_queries_on_client_close>1</cancel_http_readonly_queries_on_client_close>
      <constraints>
        <!-- With readonly=1 a client may change nothing; Grafana sends this one with every query. -->
        <max_execution_time><changeable_in_readonly/><max>60</max></max_execution_time>
      </constraints>
    </reader>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <no_password/>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>own_session</profile>
      <quota>default</quota>
      <grants><query>GRANT SYSTEM LISTEN, CREATE TEMPORARY TABLE ON *.*</query></grants>
    </default>
    <hangup>
      <password_sha256_hex>${sha256(password)}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>services</profile>
      <quota>default</quota>
    </hangup>
    <hangup_reader>
      <password_sha256_hex>${sha256(readerPassword)}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>reader</profile>
      <quota>default</quota>
      <grants><query>GRANT SELECT ON hangup.*</query></grants>
    </hangup_reader>
  </users>
</clickhouse>
`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
