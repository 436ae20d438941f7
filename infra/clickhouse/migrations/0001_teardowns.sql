-- The teardowns: one row an observation, in the words of libs/teardowns/columns.ts; a test fails when the two differ.
-- An IPv4 address is stored as ::ffff:a.b.c.d, and text compares as either: WHERE server_ip = '10.0.0.1' finds it.
-- Sorted by hour first, so that recent windows read little, then by server, so that like rows lie together.
CREATE DATABASE IF NOT EXISTS hangup COMMENT 'Why TCP connections end';

CREATE TABLE IF NOT EXISTS hangup.teardowns
(
    collector LowCardinality(String) COMMENT 'The collector that saw it',
    vantage LowCardinality(String) COMMENT 'Where the collector stood: client, server, middle or unknown',
    client_ip IPv6 COMMENT 'Address of the side that sent the SYN; IPv4 as ::ffff:a.b.c.d' CODEC(ZSTD(1)),
    client_port UInt16 COMMENT 'Port of the side that sent the SYN' CODEC(ZSTD(1)),
    server_ip IPv6 COMMENT 'Address of the side that received the SYN; IPv4 as ::ffff:a.b.c.d' CODEC(ZSTD(1)),
    server_port UInt16 COMMENT 'Port of the side that received the SYN' CODEC(ZSTD(1)),
    direction_confidence UInt8 COMMENT '0-100: how sure it is which side is the client; 100 when the SYN was seen' CODEC(ZSTD(1)),
    start_time DateTime64(6, 'UTC') COMMENT 'First packet of the connection that was seen' CODEC(Delta, ZSTD(1)),
    end_time DateTime64(6, 'UTC') COMMENT 'The packet that ended it; for silence, the last packet' CODEC(Delta, ZSTD(1)),
    duration_us UInt64 COMMENT 'end_time - start_time, in microseconds' CODEC(ZSTD(1)),
    kind LowCardinality(String) COMMENT 'What the wire did: fin, reset, refused or timeout',
    cause LowCardinality(String) COMMENT 'The finest cause that the evidence supports',
    cause_parent LowCardinality(String) COMMENT 'The coarser cause that it refines; empty when it stands by itself',
    confidence UInt8 COMMENT '0-100: of rows with confidence p, p in 100 are right' CODEC(ZSTD(1)),
    evidence Array(LowCardinality(String)) COMMENT 'Names of the facts behind the cause',
    benign Nullable(Bool) COMMENT 'An end that harms nobody; null where the capture mode cannot decide' CODEC(ZSTD(1)),
    stage LowCardinality(String) COMMENT 'How far it had come: syn, handshake, established, request, data, closing, closed or orphan',
    sender LowCardinality(String) COMMENT 'Side that ended it: client or server; empty when neither is known to have',
    first_fin_by LowCardinality(String) COMMENT 'Side of the first FIN: client or server; empty without one',
    first_rst_by LowCardinality(String) COMMENT 'Side whose address the first RST carries: client or server; empty without one',
    rst_form LowCardinality(String) COMMENT 'Header form of the ending RST: refuse, no_connection, abort or odd; empty without one',
    rst_count UInt32 COMMENT 'RST segments of the connection, copies left out' CODEC(ZSTD(1)),
    rst_ignored UInt32 COMMENT 'RST segments that ended nothing: the connection went on' CODEC(ZSTD(1)),
    midstream Bool COMMENT 'The client''s SYN was not seen' CODEC(ZSTD(1)),
    conn_state LowCardinality(String) COMMENT 'Connection state in Zeek''s words: SF, S0, REJ, RSTO, ...',
    history String COMMENT 'What was captured, in Zeek''s letters, upper case for the client' CODEC(ZSTD(1)),
    client_isn Nullable(UInt32) COMMENT 'The client''s initial sequence number; null when unknown' CODEC(ZSTD(1)),
    server_isn Nullable(UInt32) COMMENT 'The server''s initial sequence number; null when unknown' CODEC(ZSTD(1)),
    client_packets UInt64 COMMENT 'Captured packets from the client, copies left out' CODEC(ZSTD(1)),
    server_packets UInt64 COMMENT 'Captured packets from the server, copies left out' CODEC(ZSTD(1)),
    client_bytes Nullable(UInt64) COMMENT 'Payload bytes from the client, retransmissions not counted; null when unknown' CODEC(ZSTD(1)),
    server_bytes Nullable(UInt64) COMMENT 'Payload bytes from the server, retransmissions not counted; null when unknown' CODEC(ZSTD(1)),
    bytes_exact Bool COMMENT 'Both byte counts are exact' CODEC(ZSTD(1)),
    retransmits_client UInt32 COMMENT 'Segments that the client sent again' CODEC(ZSTD(1)),
    retransmits_server UInt32 COMMENT 'Segments that the server sent again' CODEC(ZSTD(1)),
    rtt_us Nullable(UInt32) COMMENT 'SYN to SYN-ACK here, in microseconds; null without both' CODEC(ZSTD(1)),
    idle_us Nullable(UInt64) COMMENT 'Silence before the end, in microseconds; null where the capture mode cannot tell' CODEC(ZSTD(1)),
    ttl_client Nullable(UInt8) COMMENT 'TTL or hop limit of the client''s packets, the RST left out' CODEC(ZSTD(1)),
    ttl_server Nullable(UInt8) COMMENT 'TTL or hop limit of the server''s packets, the RST left out' CODEC(ZSTD(1)),
    ttl_rst Nullable(UInt8) COMMENT 'TTL or hop limit of the ending RST' CODEC(ZSTD(1)),
    kernel_reason LowCardinality(String) COMMENT 'Reason that the sender''s kernel gave; empty when none is known',
    capture_mode LowCardinality(String) COMMENT 'all: every header was captured; flags: only SYN, FIN and RST segments',
    capture_drops UInt64 COMMENT 'Packets that the capture had lost when this was judged' CODEC(ZSTD(1)),
    late_segments UInt32 COMMENT 'Segments of the tuple that came after the end and before the judgement' CODEC(ZSTD(1)),
    judged_time DateTime64(6, 'UTC') COMMENT 'When the cause was decided' CODEC(Delta, ZSTD(1)),
    client_workload LowCardinality(String) COMMENT 'namespace/name of the client''s workload; empty when unknown',
    server_workload LowCardinality(String) COMMENT 'namespace/name of the server''s workload; empty when unknown',
    rule_version UInt16 COMMENT 'Version of the rules that named the cause' CODEC(ZSTD(1)),
    epoch UInt64 COMMENT 'Start of the collector''s run, milliseconds since the Unix epoch' CODEC(Delta, ZSTD(1)),
    seq UInt64 COMMENT 'Number of the event within its collector''s run, from 0, without gaps' CODEC(Delta, ZSTD(1)),
    kafka_partition UInt32 COMMENT 'Kafka partition that it came through' CODEC(ZSTD(1)),
    kafka_offset UInt64 COMMENT 'Kafka offset of its batch' CODEC(Delta, ZSTD(1)),
    id String ALIAS concat(collector, '-', toString(epoch), '-', toString(seq)) COMMENT 'collector-epoch-seq: names this observation for good',
    community_id String ALIAS concat('1:', base64Encode(SHA1(unhex(concat('0000',
        arrayStringConcat(arrayMap(end -> replaceRegexpOne(hex(reinterpretAsFixedString(end.1)), '^0{20}FFFF', ''), arraySort([(client_ip, client_port), (server_ip, server_port)]))),
        '0600',
        arrayStringConcat(arrayMap(end -> leftPad(hex(end.2), 4, '0'), arraySort([(client_ip, client_port), (server_ip, server_port)])))))))) COMMENT 'Community ID v1 of the tuple, seed 0',
    connection_id Nullable(String) ALIAS concat(leftPad(lower(hex(client_isn)), 8, '0'), leftPad(lower(hex(server_isn)), 8, '0')) COMMENT 'Hex of client ISN and server ISN: equal at every vantage; null without a handshake'
)
ENGINE = MergeTree
PARTITION BY toDate(end_time)
ORDER BY (toStartOfHour(end_time), server_ip, server_port, end_time)
TTL toDateTime(end_time) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1
COMMENT 'Ends of TCP connections as the collectors saw them; never mutated';
