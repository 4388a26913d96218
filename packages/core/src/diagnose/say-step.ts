import { type Step, formatIp } from '@skoop/netstack';
import type { Tuple } from '@skoop/netstack';

/** One line for a person: what a step did. */
export function sayStep(step: Step): string {
  switch (step.kind) {
    case 'receive':
      return `received on ${step.device}`;
    case 'bridge':
      return `bridge ${step.bridge}: ${step.from === '' ? 'from the host' : step.from} to ${step.to === '' ? 'the host' : step.to}`;
    case 'route':
      return `route: ${step.type === 'unicast' ? '' : `${step.type} `}${step.via === undefined ? '' : `via ${formatIp(step.via)} `}dev ${step.device} (table ${step.table})`.replace(
        'route: local dev lo',
        'route: local',
      );
    case 'netfilter':
      return `${step.backend} ${step.family} table ${step.table}, chain ${step.chain}: ${step.verdict}`;
    case 'connection':
      return `connection tracking knows it: ${step.state}`;
    case 'nat': {
      const change =
        step.manip === 'source'
          ? `${end(step.before, 'src')} -> ${end(step.after, 'src')}`
          : `${end(step.before, 'dst')} -> ${end(step.after, 'dst')}`;
      return `${step.manip} address ${step.restored ? 'restored' : 'translated'}: ${change}${step.among === undefined ? '' : `, or any port from ${String(step.among.from)} to ${String(step.among.to)}`}`;
    }
    case 'encapsulate':
      return `${step.tunnel} device ${step.device}: wrapped, to ${formatIp(step.outer.dst)}`;
    case 'decapsulate':
      return `${step.tunnel} device ${step.device}: unwrapped, from ${formatIp(step.outer.src)}`;
    case 'neighbour':
      return `next hop ${formatIp(step.ip)} on ${step.device}${step.mac === undefined ? '' : ` is ${step.mac}`}`;
    case 'transmit':
      return `sent on ${step.device}`;
    case 'deliver':
      return step.socket ? 'a socket takes it' : 'taken by the kernel';
    case 'drop':
      return `dropped: ${step.finding.code}`;
    case 'reject':
      return `rejected: ${step.finding.code}`;
    case 'unknown':
      return `unknown: ${step.finding.code}`;
    default:
      return step satisfies never;
  }
}

function end(tuple: Tuple, side: 'src' | 'dst'): string {
  const ip = formatIp(tuple[side]);
  const port = side === 'src' ? tuple.sport : tuple.dport;
  return port === 0 ? ip : ip.includes(':') ? `[${ip}]:${String(port)}` : `${ip}:${String(port)}`;
}
