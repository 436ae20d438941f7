-- The teardowns: one row an observation, in the words of libs/teardowns/columns.ts; a test fails when the two differ.
--
-- Addresses are IPv6, IPv4 among them as ::ffff:a.b.c.d. A text compares as either, and uses the sorting key:
--     WHERE server_ip = '10.0.0.1'    WHERE client_ip IN ('10.0.0.1', '2001:db8::1')    WHERE server_ip BETWEEN '10.0.0.0' AND '10.0.0.255'
-- As text it is toString(server_ip), and IPv4 reads ::ffff:10.0.0.1 there.
--
-- Sorted by hour, then by server: like rows lie together, and one server's hours are few to read. The sorting key does not
-- narrow a time range (ClickHouse takes no toStartOfHour of a DateTime64 for monotonic): by_end_time does. Measured on
-- 5 million synthetic rows of six hours: one minute reads 130,000 rows, not 5 million; one server's six hours 130,000.
--
-- Codecs are the smallest of those tried on the same rows, 40.7 bytes a row of 52 columns; plain ZSTD(1) 48.3. Initial
-- sequence numbers are random: nothing makes them smaller.
CREATE DATABASE IF NOT EXISTS hangup COMMENT 'Why TCP connections end';

CREATE TABLE IF NOT EXISTS hangup.teardowns
(
    collector LowCardinality(String) COMMENT 'The collector that saw it' CODEC(ZSTD(1)),
    vantage LowCardinality(String) COMMENT 'Where the collector stood: client, server, middle or unknown' CODEC(ZSTD(1)),
    client_ip IPv6 COMMENT 'Address of the side that sent the SYN; IPv4 as ::ffff:a.b.c.d' CODEC(ZSTD(1)),
    client_port UInt16 COMMENT 'Port of the side that sent the SYN' CODEC(T64, ZSTD(1)),
    server_ip IPv6 COMMENT 'Address of the side that received the SYN; IPv4 as ::ffff:a.b.c.d' CODEC(ZSTD(1)),
    server_port UInt16 COMMENT 'Port of the side that received the SYN' CODEC(ZSTD(1)),
    direction_confidence UInt8 COMMENT '0-100: how sure it is which side is the client; 100 when the SYN was seen' CODEC(ZSTD(1)),
    start_time DateTime64(6, 'UTC') COMMENT 'First packet of the connection that was seen' CODEC(T64, ZSTD(1)),
    end_time DateTime64(6, 'UTC') COMMENT 'The packet that ended it; for silence, the last packet' CODEC(Delta, ZSTD(1)),
    duration_us UInt64 COMMENT 'end_time - start_time, in microseconds' CODEC(T64, ZSTD(1)),
    kind LowCardinality(String) COMMENT 'What the wire did: fin, reset, refused or timeout' CODEC(ZSTD(1)),
    cause LowCardinality(String) COMMENT 'The finest cause that the evidence supports' CODEC(ZSTD(1)),
    cause_parent LowCardinality(String) COMMENT 'The coarser cause that it refines; empty when it stands by itself' CODEC(ZSTD(1)),
    confidence UInt8 COMMENT '0-100: of rows with confidence p, p in 100 are right' CODEC(ZSTD(1)),
    evidence Array(LowCardinality(String)) COMMENT 'Names of the facts behind the cause' CODEC(ZSTD(3)),
    benign Nullable(Bool) COMMENT 'An end that harms nobody; null where the capture mode cannot decide' CODEC(T64, ZSTD(1)),
    stage LowCardinality(String) COMMENT 'How far it had come: syn, handshake, established, request, data, closing, closed or orphan' CODEC(ZSTD(1)),
    sender LowCardinality(String) COMMENT 'Side that ended it: client or server; empty when neither is known to have' CODEC(ZSTD(1)),
    first_fin_by LowCardinality(String) COMMENT 'Side of the first FIN: client or server; empty without one' CODEC(ZSTD(1)),
    first_rst_by LowCardinality(String) COMMENT 'Side whose address the first RST carries: client or server; empty without one' CODEC(ZSTD(1)),
    rst_form LowCardinality(String) COMMENT 'Header form of the ending RST: refuse, no_connection, abort or odd; empty without one' CODEC(ZSTD(1)),
    rst_count UInt32 COMMENT 'RST segments of the connection, copies left out' CODEC(T64, ZSTD(1)),
    rst_ignored UInt32 COMMENT 'RST segments that ended nothing: the connection went on' CODEC(ZSTD(1)),
    midstream Bool COMMENT 'The client''s SYN was not seen' CODEC(ZSTD(1)),
    conn_state LowCardinality(String) COMMENT 'Connection state in Zeek''s words: SF, S0, REJ, RSTO, ...' CODEC(ZSTD(1)),
    history String COMMENT 'What was captured, in Zeek''s letters, upper case for the client' CODEC(ZSTD(3)),
    client_isn Nullable(UInt32) COMMENT 'The client''s initial sequence number; null when unknown' CODEC(LZ4),
    server_isn Nullable(UInt32) COMMENT 'The server''s initial sequence number; null when unknown' CODEC(LZ4),
    client_packets UInt64 COMMENT 'Captured packets from the client, copies left out' CODEC(T64, ZSTD(1)),
    server_packets UInt64 COMMENT 'Captured packets from the server, copies left out' CODEC(T64, ZSTD(1)),
    client_bytes Nullable(UInt64) COMMENT 'Payload bytes from the client, retransmissions not counted; null when unknown' CODEC(T64, ZSTD(1)),
    server_bytes Nullable(UInt64) COMMENT 'Payload bytes from the server, retransmissions not counted; null when unknown' CODEC(T64, ZSTD(1)),
    bytes_exact Bool COMMENT 'Both byte counts are exact' CODEC(ZSTD(1)),
    retransmits_client UInt32 COMMENT 'Segments that the client sent again' CODEC(T64, ZSTD(1)),
    retransmits_server UInt32 COMMENT 'Segments that the server sent again' CODEC(T64, ZSTD(1)),
    rtt_us Nullable(UInt32) COMMENT 'SYN to SYN-ACK here, in microseconds; null without both' CODEC(T64, ZSTD(1)),
    idle_us Nullable(UInt64) COMMENT 'Silence before the end, in microseconds; null where the capture mode cannot tell' CODEC(T64, ZSTD(1)),
    ttl_client Nullable(UInt8) COMMENT 'TTL or hop limit of the client''s packets, the RST left out' CODEC(ZSTD(1)),
    ttl_server Nullable(UInt8) COMMENT 'TTL or hop limit of the server''s packets, the RST left out' CODEC(ZSTD(1)),
    ttl_rst Nullable(UInt8) COMMENT 'TTL or hop limit of the ending RST' CODEC(ZSTD(1)),
    kernel_reason LowCardinality(String) COMMENT 'Reason that the sender''s kernel gave; empty when none is known' CODEC(ZSTD(1)),
    capture_mode LowCardinality(String) COMMENT 'all: every header was captured; flags: only SYN, FIN and RST segments' CODEC(ZSTD(1)),
    capture_drops UInt64 COMMENT 'Packets that the capture had lost when this was judged' CODEC(ZSTD(1)),
    late_segments UInt32 COMMENT 'Segments of the tuple that came after the end and before the judgement' CODEC(ZSTD(1)),
    judged_time DateTime64(6, 'UTC') COMMENT 'When the cause was decided' CODEC(Delta, ZSTD(1)),
    client_workload LowCardinality(String) COMMENT 'namespace/name of the client''s workload; empty when unknown' CODEC(ZSTD(1)),
    server_workload LowCardinality(String) COMMENT 'namespace/name of the server''s workload; empty when unknown' CODEC(ZSTD(1)),
    rule_version UInt16 COMMENT 'Version of the rules that named the cause' CODEC(ZSTD(1)),
    epoch UInt64 COMMENT 'Start of the collector''s run, milliseconds since the Unix epoch' CODEC(ZSTD(1)),
    seq UInt64 COMMENT 'Number of the event within its collector''s run, from 0, without gaps' CODEC(ZSTD(1)),
    kafka_partition UInt32 COMMENT 'Kafka partition that it came through' CODEC(ZSTD(1)),
    kafka_offset UInt64 COMMENT 'Kafka offset of its batch' CODEC(Delta, ZSTD(1)),
    id String ALIAS concat(collector, '-', toString(epoch), '-', toString(seq)) COMMENT 'collector-epoch-seq: names this observation for good',
    community_id String ALIAS concat('1:', base64Encode(SHA1(concat(
        char(0, 0),
        arrayStringConcat(arrayMap(
            end -> substring(reinterpretAsFixedString(end.1), if(end.1 BETWEEN toIPv6('::ffff:0.0.0.0') AND toIPv6('::ffff:255.255.255.255'), 13, 1)),
            arraySort([(client_ip, client_port), (server_ip, server_port)]))),
        char(6, 0),
        arrayStringConcat(arrayMap(
            end -> char(intDiv(end.2, 256), end.2 % 256),
            arraySort([(client_ip, client_port), (server_ip, server_port)]))))))) COMMENT 'Community ID v1 of the tuple, seed 0',
    connection_id Nullable(String) ALIAS concat(lower(leftPad(hex(client_isn), 8, '0')), lower(leftPad(hex(server_isn), 8, '0'))) COMMENT 'Hex of client ISN and server ISN: equal at every vantage; null without a handshake',
    INDEX by_end_time end_time TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(end_time)
ORDER BY (toStartOfHour(end_time), server_ip, server_port, end_time)
-- The retention. To keep rows longer or shorter: ALTER TABLE hangup.teardowns MODIFY TTL toDateTime(end_time) + INTERVAL 90 DAY,
-- and the same to ingest's --retention.
TTL toDateTime(end_time) + INTERVAL 30 DAY
SETTINGS
    -- Whole days go at once; no part is written again for it.
    ttl_only_drop_parts = 1,
    -- An insert that carries the token of one of the last 10,000 is dropped. By default ClickHouse then drops blocks of equal
    -- content too: ingest's inserts without a token ask for none of it (deduplicate_insert = 'disable').
    non_replicated_deduplication_window = 10000
COMMENT 'Ends of TCP connections as the collectors saw them; never mutated';
