import { readFileSync } from 'node:fs';
import { parseIpsets } from '../../ipset/parse.ts';
import type { NetworkNamespace } from '../../namespace/namespace.ts';
import { EMPTY, context } from './context.ts';
import { fits, ruleOf } from './rules.ts';
import type { MatchContext } from '../model.ts';
import { type Packet, TcpFlag } from '../../packet/packet.ts';
import { hasPorts, parseProtocol } from '../../packet/protocol.ts';
import { ip } from '../../testing/world.ts';

/** What the kernel answered, of a file that `record-matches.py` wrote: for each rule, by packet, `+` or `-`. */
export interface KernelAnswers {
  readonly packets: readonly string[];
  readonly rows: readonly { readonly args: string; readonly answers: string }[];
  readonly namespace: NetworkNamespace;
}

export function readKernelAnswers(file: URL): KernelAnswers {
  const lines = readFileSync(file, 'utf8').split('\n');
  const sets = lines.filter((line) => /^(?:create|add) /.test(line)).join('\n');
  const artifact = { text: sets, status: 0, error: '', truncated: false };
  return {
    packets: lines.filter((line) => line.startsWith('> ')).map((line) => line.slice(2)),
    rows: lines.flatMap((line) => {
      const row = /^([-+]+) (.*)$/.exec(line);
      return row === null ? [] : [{ answers: row[1] as string, args: row[2] as string }];
    }),
    namespace: { ...EMPTY, ipsets: parseIpsets({ id: 'n', artifacts: new Map([['ipset-save', artifact]]) }).value },
  };
}

/** The model's answers in the same form; `?` where it does not know. */
export function modelAnswers(args: string, { packets, namespace }: Pick<KernelAnswers, 'packets' | 'namespace'>): string {
  return packets
    .map((line) => {
      const given = contextOf(line, namespace);
      const answer = fits(ruleOf(args, { table: 'mangle', family: typeof given.packet.src === 'number' ? 'ip' : 'ip6' }), given);
      return answer === true ? '+' : answer === false ? '-' : '?';
    })
    .join('');
}

/** The source that `record-matches.py` sends from. */
const FRAME = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' };

/** Forwarded from e0 to e1: FORWARD sees a TTL that is one lower than what was sent. */
function contextOf(line: string, namespace: NetworkNamespace): MatchContext {
  const packet = packetOf(line);
  return context({ hook: 'forward', namespace, iif: 'e0', oif: 'e1', frame: FRAME, packet });
}

const FLAGS: Readonly<Record<string, number>> = {
  F: TcpFlag.FIN,
  S: TcpFlag.SYN,
  R: TcpFlag.RST,
  P: TcpFlag.PSH,
  A: TcpFlag.ACK,
  U: TcpFlag.URG,
  E: 0x40,
  C: 0x80,
};

function packetOf(line: string): Packet {
  const [name = '', source = '', target = '', ...rest] = line.split(' ');
  const more = new Map(rest.map((word) => word.split('=') as [string, string]));
  const number = (key: string, byDefault: number): number => Number(more.get(key) ?? byDefault);
  const protocol = parseProtocol(name) ?? (name === 'dccp' ? 33 : Number(name));
  const src = endOf(source);
  const dst = endOf(target);
  const payload = (more.get('data') ?? 'hi').length;
  const isIcmp = protocol === 1 || protocol === 58;
  return {
    src: ip(src.address),
    dst: ip(dst.address),
    protocol,
    sport: hasPorts(protocol) ? src.port : 0,
    dport: hasPorts(protocol) ? dst.port : 0,
    ...(isIcmp ? { icmp: { type: number('type', 8), code: number('code', 0) } } : {}),
    tcpFlags: protocol === 6 ? [...(more.get('flags') ?? 'S')].reduce((sum, flag) => sum + (FLAGS[flag] ?? 0), 0) : 0,
    ttl: number('ttl', 64) - 1,
    length: (src.address.includes(':') ? 40 : 20) + headerOf(protocol) + (protocol === 132 || protocol === 33 ? 0 : payload),
    df: true,
    tos: number('tos', 0),
    mark: 0,
  };
}

function headerOf(protocol: number): number {
  const lengths: Readonly<Record<number, number>> = { 6: 20, 17: 8, 136: 8, 1: 8, 58: 8, 50: 8, 51: 24, 132: 32, 33: 20 };
  return lengths[protocol] ?? 0;
}

function endOf(text: string): { readonly address: string; readonly port: number } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(text) ?? /^([0-9.]+)(?::(\d+))?$/.exec(text);
  return bracketed === null ? { address: text, port: 0 } : { address: bracketed[1] as string, port: Number(bracketed[2] ?? 0) };
}
