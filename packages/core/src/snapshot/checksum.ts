const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x80000000) === 0 ? crc << 1 : (crc << 1) ^ 0x04c11db7;
  return crc >>> 0;
});

/** The checksum of POSIX `cksum`: CRC-32 from the highest bit down, over the bytes and then their count. */
export function cksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ (TABLE[(crc >>> 24) ^ byte] ?? 0);
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256))
    crc = (crc << 8) ^ (TABLE[(crc >>> 24) ^ (length & 0xff)] ?? 0);
  return ~crc >>> 0;
}
