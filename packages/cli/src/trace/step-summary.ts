import { type Ip, type Step, type Tuple, formatIp } from '@skoop/netstack';

/** One line for a person: what a namespace did. */
export function summaryOf(step: Step): string {
  switch (step.kind) {
    case 'receive':
      return `received on ${step.device}`;
    case 'bridge':
      return `bridge ${step.bridge}: ${step.from} → ${step.to}`;
    case 'route':
      return `route (table ${step.table}): ${step.type}${step.device === '' ? '' : ` dev ${step.device}`}${optional(' via ', step.via)}${optional(' src ', step.source)}`;
    case 'netfilter':
      return `${step.hook} ${step.family}/${step.backend} ${step.table} ${step.chain}: ${step.verdict}`;
    case 'connection':
      return `an entry of connection tracking: ${step.state}`;
    case 'nat':
      return `${step.restored ? 'translated back' : step.manip === 'source' ? 'source translated' : 'destination translated'}: ${tuple(step.before)} → ${tuple(step.after)}${step.among === undefined ? '' : `, port taken at random from ${String(step.among.from)}-${String(step.among.to)}`}`;
    case 'encapsulate':
      return `${step.device}: put into ${step.tunnel} to ${formatIp(step.outer.dst)}`;
    case 'decapsulate':
      return `${step.device}: taken out of ${step.tunnel} from ${formatIp(step.outer.src)}`;
    case 'neighbour':
      return `neighbour ${formatIp(step.ip)} dev ${step.device}${step.mac === undefined ? '' : ` is ${step.mac}`}`;
    case 'transmit':
      return `sent out of ${step.device}`;
    case 'deliver':
      return step.socket ? 'taken by a socket' : 'taken by the kernel';
    case 'drop':
    case 'reject':
    case 'unknown':
      return `${step.kind}: ${step.finding.code}${details(step.finding.details)}`;
    default:
      return step satisfies never;
  }
}

function optional(word: string, ip: Ip | undefined): string {
  return ip === undefined ? '' : `${word}${formatIp(ip)}`;
}

function tuple({ src, sport, dst, dport }: Tuple): string {
  return `${end(src, sport)} > ${end(dst, dport)}`;
}

function end(ip: Ip, port: number): string {
  return typeof ip === 'bigint' ? `[${formatIp(ip)}]:${String(port)}` : `${formatIp(ip)}:${String(port)}`;
}

function details(values: Readonly<Record<string, string>>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== '');
  return entries.length === 0 ? '' : ` (${entries.map(([name, value]) => `${name} ${value}`).join(', ')})`;
}
