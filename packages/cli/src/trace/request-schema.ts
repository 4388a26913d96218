import { z } from 'zod';
import type { RequestFields } from './request.ts';

const port = z.int().min(0).max(65535);
const byte = z.int().min(0).max(255);
const uint32 = z.int().min(0).max(0xffffffff);

const request = z.strictObject({
  in: z.string(),
  iif: z.string().optional(),
  src: z.string().optional(),
  dst: z.string(),
  protocol: z.enum(['tcp', 'udp', 'sctp', 'icmp']),
  sport: port.optional(),
  dport: port.optional(),
  mark: uint32.optional(),
  uid: uint32.optional(),
  ttl: byte.min(1).optional(),
  length: z.int().min(20).max(65535).optional(),
  df: z.boolean().optional(),
  icmp: z.strictObject({ type: byte, code: byte }).optional(),
  reply: z.boolean().optional(),
});

/** One line of `--batch`; a text is what is wrong with it. */
export function parseRequestLine(line: string): RequestFields | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'this line is no JSON';
  }
  return checkRequest(value);
}

/** The same for a value that flags were put together into. */
export function checkRequest(value: unknown): RequestFields | string {
  const parsed = request.safeParse(value);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`).join('; ');
}
