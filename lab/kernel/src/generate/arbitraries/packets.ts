import fc from 'fast-check';
import { type Pool, port } from './pool.ts';

/** Packets of a routed laboratory, from either end and from the router. */
export function packets(pool: Pool): fc.Arbitrary<string> {
  const x = fc.tuple(fc.constant('x'), fc.option(fc.constantFrom(...pool.sources), { freq: 3 }));
  const others = fc.tuple(fc.constantFrom('r', 'r', 'y'), fc.constant(null));
  return fc
    .record({
      from: fc.oneof({ weight: 3, arbitrary: x }, { weight: 2, arbitrary: others }),
      protocol: fc.constantFrom('udp', 'udp', 'udp', 'tcp', 'tcp', 'icmp'),
      to: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...pool.addresses) },
        { weight: 2, arbitrary: fc.constantFrom(...pool.answering) },
      ),
      port: fc.oneof(port, fc.constant(9)),
      more: fc.constantFrom('', '', '', '', ' mark 1', ' mark 0x10', ' ttl 1', ' ttl 2', ' uid 1000', ' size 200'),
    })
    .map(({ from: [name, source], protocol, to, port: number, more }) => {
      const at = pool.six ? `[${to}]` : to;
      // Connections that have no chance are seldom worth a packet: what is served on 9 are datagrams.
      const where = protocol === 'icmp' ? at : `${at}:${String(protocol === 'tcp' && number === 9 ? 80 : number)}`;
      return `${name} ${protocol} ${where}${source === null ? '' : ` src ${source}`}${more}`;
    });
}
