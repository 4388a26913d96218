import { describe, expect, test } from '@jest/globals';
import { type Ways, explore } from '../trace/choices.ts';
import { context } from './__fixtures__/context.ts';
import { tableOf } from './__fixtures__/rules.ts';
import type { Chain, MatchContext } from './model.ts';
import { walkChain } from './walk-chain.ts';
import type { ChainResult, RuleVisit } from './walk.types.ts';

function walk(lines: readonly string[], options: { table?: string; chain?: string; given?: MatchContext } = {}): Ways<ChainResult> {
  const { table } = tableOf(lines, options.table);
  const chain = table.chains.get(options.chain ?? 'INPUT');
  if (chain === undefined) throw new Error('no chain');
  return explore((chooser) => walkChain(table, chain, options.given ?? context(), chooser), 1000);
}

function end(ways: Ways<ChainResult>): ChainResult {
  if (ways.kind !== 'end') throw new Error(`it is left open: ${ways.kind}`);
  return ways.value;
}

describe('the flow through chains', () => {
  test.each<[why: string, lines: readonly string[], verdict: string]>([
    ['an empty chain is its policy', [], 'accept'],
    ['DROP as a policy', [':INPUT DROP [0:0]'], 'drop by policy'],
    ['the first verdict decides', ['-A INPUT -j ACCEPT', '-A INPUT -j DROP'], 'accept'],
    ['a rule that does not fit is passed', ['-A INPUT -p udp -j ACCEPT', '-A INPUT -j DROP'], 'drop by rule'],
    ['without a target a rule only counts', ['-A INPUT', '-A INPUT -j DROP'], 'drop by rule'],
    ['a chain that ends goes back', [':X - [0:0]', '-A INPUT -j X', '-A INPUT -j DROP', '-A X -p udp -j ACCEPT'], 'drop by rule'],
    ['an empty chain goes back', [':X - [0:0]', '-A INPUT -j X', '-A INPUT -j DROP'], 'drop by rule'],
    [
      'RETURN goes back to the caller',
      [':X - [0:0]', '-A INPUT -j X', '-A INPUT -j DROP', '-A X -j RETURN', '-A X -j ACCEPT'],
      'drop by rule',
    ],
    ['RETURN in a base chain is the policy', [':INPUT DROP [0:0]', '-A INPUT -j RETURN', '-A INPUT -j ACCEPT'], 'drop by policy'],
    [
      'goto in a base chain does not come back',
      [':INPUT DROP [0:0]', ':X - [0:0]', '-A INPUT -g X', '-A INPUT -j ACCEPT'],
      'drop by policy',
    ],
    [
      'a goto ends where the chain that holds it was called from',
      [':X - [0:0]', ':Y - [0:0]', '-A INPUT -j X', '-A INPUT -j DROP', '-A X -g Y', '-A X -j ACCEPT', '-A Y -p udp -j ACCEPT'],
      'drop by rule',
    ],
    [
      'RETURN after a goto, too',
      [':X - [0:0]', ':Y - [0:0]', '-A INPUT -j X', '-A INPUT -j DROP', '-A X -g Y', '-A X -j ACCEPT', '-A Y -j RETURN'],
      'drop by rule',
    ],
    [
      'a verdict in a nested chain is final',
      [':X - [0:0]', ':Y - [0:0]', '-A INPUT -j X', '-A INPUT -j DROP', '-A X -j Y', '-A Y -j ACCEPT'],
      'accept',
    ],
    [
      'one chain may be called twice',
      [':X - [0:0]', '-A INPUT -j X', '-A INPUT -j X', '-A INPUT -j DROP', '-A X -j MARK --set-xmark 0x1/0x0'],
      'drop by rule',
    ],
    ['a chain is called before a target of its name', [':LOG - [0:0]', '-A INPUT -j LOG', '-A LOG -j DROP'], 'drop by rule'],
    ['REJECT ends it', ['-A INPUT -p tcp -j REJECT --reject-with tcp-reset', '-A INPUT -j ACCEPT'], 'reject'],
  ])('%s', (_why, lines, verdict) => {
    const result = end(walk(lines)).verdict;
    expect(result.kind === 'drop' ? `drop by ${result.by}` : result.kind).toBe(verdict);
  });

  test('what rules change, later rules see', () => {
    const result = end(
      walk([
        '-A INPUT -j MARK --set-xmark 0x5/0xffffffff',
        '-A INPUT -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff',
        '-A INPUT -j MARK --set-xmark 0x0/0xffffffff',
        '-A INPUT -m connmark --mark 0x5 -m mark --mark 0x0 -j DROP',
      ]),
    );
    expect(result).toMatchObject({ verdict: { kind: 'drop' }, connectionMark: 5, packet: { mark: 0 } });
  });

  test.each<[why: string, lines: readonly string[], visits: readonly string[]]>([
    [
      'every rule that fits, those that only count as well',
      ['-A INPUT -p udp', '-A INPUT -p tcp', '-A INPUT -j ACCEPT'],
      ['2 continue', '3 accept'],
    ],
    ['the policy where none decides', [':INPUT DROP [0:0]', '-A INPUT -j RETURN', '-A INPUT -j ACCEPT'], ['1 return', 'policy drop']],
    [
      'jumps with their chains, into an empty one as well',
      [':X - [0:0]', ':E - [0:0]', '-A INPUT -j E', '-A INPUT -g X', '-A X -j DROP'],
      ['1 jump E', '2 goto X', 'X 1 drop'],
    ],
    [
      'a rule that does nothing and may have fitted',
      ['-A INPUT -m statistic --mode random --probability 0.5', '-A INPUT -m statistic --mode nth --every 2 -j LOG'],
      ['perhaps 1 continue', 'perhaps 2 continue', 'policy accept'],
    ],
  ])('visits, where they are asked for: %s', (_why, lines, expected) => {
    const { table } = tableOf(lines);
    const visits: RuleVisit[] = [];
    explore((chooser) => walkChain(table, table.chains.get('INPUT') as Chain, context(), chooser, visits), 10);
    const places = new Map(
      [...table.chains.values()].flatMap(({ name, rules }) =>
        rules.map(({ source }, i) => [source, name === 'INPUT' ? `${String(i + 1)}` : `${name} ${String(i + 1)}`]),
      ),
    );
    const told = visits.map((visit) =>
      visit.kind === 'policy'
        ? `policy ${visit.verdict}`
        : [
            ...(visit.perhaps === true ? ['perhaps'] : []),
            places.get(visit.source),
            visit.verdict,
            ...(visit.to === undefined ? [] : [visit.to]),
          ].join(' '),
    );
    expect(told).toEqual(expected);
  });

  test('after NOTRACK a packet is untracked, and a second NOTRACK is none', () => {
    const result = end(
      walk(['-A PREROUTING -j CT --notrack', '-A PREROUTING -j NOTRACK', '-A PREROUTING -m conntrack --ctstate UNTRACKED -j DROP'], {
        table: 'raw',
        chain: 'PREROUTING',
        given: context({ hook: 'prerouting', tracking: { state: 'INVALID', entry: undefined, direction: 'original' } }),
      }),
    );
    expect(result.notrack).toBe(true);
    expect(result.evidence.map((source) => source.text)).toEqual([
      '-A PREROUTING -j CT --notrack',
      '-A PREROUTING -m conntrack --ctstate UNTRACKED -j DROP',
    ]);
  });

  test('a translation ends the walk', () => {
    expect(
      end(walk(['-A PREROUTING -j DNAT --to-destination 1.1.1.1', '-A PREROUTING -j ACCEPT'], { table: 'nat', chain: 'PREROUTING' }))
        .verdict,
    ).toMatchObject({
      kind: 'nat',
      request: { manip: 'destination' },
    });
  });
});

describe('evidence', () => {
  test('is what fitted and acted, jumps included, in order, with its line', () => {
    const result = end(
      walk([
        ':X - [0:0]',
        '-A INPUT -s 10.0.0.0/8',
        '-A INPUT -j LOG',
        '[3:180] -A INPUT -p tcp -j X',
        '-A X -p udp -j ACCEPT',
        '-A X -j DROP',
      ]),
    );
    expect(result.evidence).toEqual([
      { artifact: 'n/iptables-nft-save', line: 8, text: '-A INPUT -p tcp -j X' },
      { artifact: 'n/iptables-nft-save', line: 10, text: '-A X -j DROP' },
    ]);
  });

  test('ends with the policy that decided', () => {
    expect(end(walk([':INPUT DROP [7:420]'])).evidence.map((source) => source.text)).toEqual([':INPUT DROP']);
  });
});

describe('what the tables leave open is asked', () => {
  const verdicts = (ways: Ways<ChainResult>): unknown => {
    switch (ways.kind) {
      case 'end':
        return ways.value.verdict.kind;
      case 'chance':
        return ways.branches.map((branch) => [branch.probability, verdicts(branch.ways)]);
      case 'unknown':
        return { [ways.construct]: ways.branches.map(verdicts) };
      default:
        return ways.kind;
    }
  };

  test.each<[why: string, lines: readonly string[], ways: unknown]>([
    ['an unknown match', ['-A INPUT -m set --match-set s src -j DROP'], { 'set s, which is not in the dump': ['drop', 'accept'] }],
    [
      'several unknown matches are one question',
      ['-A INPUT -m set --match-set s src -m time --x -j DROP'],
      { 'set s, which is not in the dump, -m time (the time of day decides)': ['drop', 'accept'] },
    ],
    ['not where another match certainly fails', ['-A INPUT -m set --match-set s src -m tcp --dport 1 -j DROP'], 'accept'],
    ['not where the target does nothing', ['-A INPUT -m set --match-set s src -j LOG', '-A INPUT -m set --match-set s src'], 'accept'],
    ['not where the chain called is empty', [':X - [0:0]', '-A INPUT -m set --match-set s src -j X'], 'accept'],
    [
      'but where an empty chain does not come back',
      [':INPUT DROP [0:0]', ':X - [0:0]', '-A INPUT -m set --match-set s src -g X', '-A INPUT -j ACCEPT'],
      { 'set s, which is not in the dump': ['drop', 'accept'] },
    ],
    ['an unknown target', [':INPUT DROP [0:0]', '-A INPUT -j NFQUEUE --queue-num 1'], { 'NFQUEUE 1': ['accept', 'drop'] }],
    ['a chain that is not there', ['-A INPUT -g NOSUCH'], { 'chain NOSUCH is not in table filter': ['accept', 'accept', 'drop'] }],
    [
      'chance',
      ['-A INPUT -m statistic --mode random --probability 0.25 -j DROP'],
      [
        [0.25, 'drop'],
        [0.75, 'accept'],
      ],
    ],
    [
      'the unknown before the chance',
      ['-A INPUT -m statistic --mode random --probability 0.25 -m set --match-set s src -j DROP'],
      {
        'set s, which is not in the dump': [
          [
            [0.25, 'drop'],
            [0.75, 'accept'],
          ],
          'accept',
        ],
      },
    ],
  ])('%s', (_why, lines, ways) => {
    expect(verdicts(walk(lines))).toEqual(ways);
  });
});

describe('a hostile dump does not hold the walk', () => {
  const ends = (ways: Ways<ChainResult>): boolean => ways.kind === 'unknown';

  test('chains that jump in a circle', () => {
    expect(ends(walk([':X - [0:0]', ':Y - [0:0]', '-A INPUT -j X', '-A X -j Y', '-A Y -j X']))).toBe(true);
  });

  test('chains that go in a circle', () => {
    expect(ends(walk([':X - [0:0]', '-A INPUT -g X', '-A X -g X']))).toBe(true);
  });

  test('chains that double the way at each step', () => {
    const names = Array.from({ length: 60 }, (_, i) => `C${String(i)}`);
    const lines = names.flatMap((name, i) => [`-A ${name} -j C${String(i + 1)}`, `-A ${name} -j C${String(i + 1)}`]);
    expect(
      ends(walk([...names.map((name) => `:${name} - [0:0]`), ':C60 - [0:0]', '-A INPUT -j C0', ...lines, '-A C60 -p udp -j DROP'])),
    ).toBe(true);
  });
});
