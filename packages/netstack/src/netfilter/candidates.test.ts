import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { explore } from '../trace/choices.ts';
import { context } from './__fixtures__/context.ts';
import { tableOf } from './__fixtures__/rules.ts';
import { candidates } from './candidates.ts';
import { walkChain } from './walk-chain.ts';

const address = (i: number) => `10.96.${String(i >> 8)}.${String(i & 255)}`;
const packetTo = (i: number) => context({ packet: { dst: 0x0a600000 + i } });

test('a long chain comes down to the rules for one destination and those for any', () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `-A INPUT -d ${address(i)}/32 -p tcp -m tcp --dport 80 -j DROP`);
  const { table } = tableOf([...lines.slice(0, 500), '-A INPUT -j LOG', ...lines.slice(500), '-A INPUT ! -d 10.96.0.0/32 -j LOG']);
  const chain = table.chains.get('INPUT');
  const texts = (i: number) => (chain === undefined ? [] : candidates(chain, 0x0a600000 + i).map((rule) => rule.source.text));
  expect(texts(3)).toEqual([lines[3], '-A INPUT -j LOG', '-A INPUT ! -d 10.96.0.0/32 -j LOG']);
  expect(texts(700)).toEqual(['-A INPUT -j LOG', lines[700], '-A INPUT ! -d 10.96.0.0/32 -j LOG']);
  expect(texts(5000)).toEqual(['-A INPUT -j LOG', '-A INPUT ! -d 10.96.0.0/32 -j LOG']);
});

test('what a chain decides is the same with the index and without', () => {
  const rule = fc
    .tuple(
      fc.constantFrom('', '-d ', '! -d '),
      fc.nat(5),
      fc.constantFrom('/32', '/31'),
      fc.constantFrom('ACCEPT', 'DROP', 'RETURN', 'MARK --set-xmark 0x1/0x0', 'X', 'NFQUEUE'),
    )
    .map(([flag, to, length, target]) => `-A INPUT ${flag === '' ? '' : `${flag}${address(to)}${length} `}-j ${target}`);
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 7 }), fc.nat(6), (rules, to) => {
      const walk = (filler: readonly string[]) => {
        const { table } = tableOf([':X - [0:0]', ...rules, ...filler, '-A X -j MARK --set-xmark 0x2/0x0']);
        const chain = table.chains.get('INPUT');
        if (chain === undefined) throw new Error('no chain');
        return explore((chooser) => {
          const { verdict, packet, evidence } = walkChain(table, chain, packetTo(to), chooser);
          return [verdict, packet, evidence.map((source) => source.text)];
        }, 100);
      };
      const strip = (value: unknown) => JSON.stringify(value).replace(/"line":\d+/g, '');
      const filler = Array.from({ length: 40 }, (_, i) => `-A INPUT -d ${address(100 + i)}/32 -j DROP`);
      return strip(walk([])) === strip(walk(filler));
    }),
  );
});
