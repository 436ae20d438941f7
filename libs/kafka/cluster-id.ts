/**
 * 16 bytes as Kafka writes an id: base64url, 22 characters. None begins with `-` (as with Kafka's own Uuid.randomUuid), which
 * a command would take for an option.
 */
export function clusterIdOf(bytes: Uint8Array): string {
  const mine = Uint8Array.from(bytes);
  // The first character stands for the upper six bits, and `-` for 62.
  mine[0] &= 0x7f;
  return Buffer.from(mine).toString("base64url");
}
