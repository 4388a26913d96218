import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Lab } from '../lab.ts';
import { LabSession } from '../session.ts';
import { listingOf, nftSamples, spoiltListings } from './nft-mutants.ts';
import { type Mutant, type Sample, samples, saveOf, spoiltRules, spoiltSaves } from './mutants.ts';
import { takenAsValid } from './reading.ts';
import { complaints } from './tools.ts';

// What iptables-restore refuses of a corpus of spoilt rules is not taken as valid in silence, but for what is listed here.

/** A rule that a tool or the kernel refuses, and that is read without a word. */
interface Refusal {
  readonly said: string;
  /** Names behind -m and -j, without those that only tell the protocol or carry text. */
  readonly extensions: readonly string[];
  readonly mutant: Mutant;
}

/** What they let through: their values decide nothing about where a packet goes, or are unknown to the model in any case. */
const UNCHECKED: ReadonlySet<string> = new Set(
  (
    'AUDIT CHECKSUM CLASSIFY CT IDLETIMER LED LOG NFLOG RATEEST SET TCPMSS TCPOPTSTRIP TEE TRACE ' +
    'ah cgroup comment connlimit dccp dst esp frag hashlimit hbh ipcomp limit mh nfacct owner policy recent rt srh'
  ).split(' '),
);

/** The classes of differences that remain, and why each may. */
const LISTED: readonly (readonly [why: string, fits: (refusal: Refusal) => boolean])[] = [
  [
    'table, hook, protocol and family of a match or target are checked when a rule is added: what the kernel holds has passed',
    ({ said }) =>
      /line \d+ failed$|RULE_APPEND failed \((?:Invalid argument|Operation not supported)\)/m.test(said) ||
      /Can't use -[io] with|table is not intended for|protocol family of set|only works with/.test(said),
  ],
  ['an option of the rule itself that stands twice counts twice', ({ said }) => /multiple -\w flags not allowed/.test(said)],
  [
    'values that decide nothing, or are unknown anyway, are not looked at',
    ({ said, extensions }) => {
      const unchecked = extensions.filter((name) => UNCHECKED.has(name));
      return (
        (unchecked.length > 0 && unchecked.length === extensions.length) ||
        unchecked.some((name) => said.includes(`${name}:`) || said.includes(`option "--${name}`)) ||
        (unchecked.length > 0 && /bad rate|getaddrinfo|Unknown DCCP type/.test(said)) ||
        /Bad TCP option|Match type has to be one of|sctp chunk|chunk-types requires/.test(said)
      );
    },
  ],
  [
    'a chain may be declared behind its rules, and behind those that lead to it',
    ({ said, mutant }) =>
      /No chain\/target\/match by that name|Couldn't load target `OTHER'|Chain 'OTHER' does not exist/.test(said) &&
      /^:OTHER /m.test(mutant.text),
  ],
  [
    'blanks before a line, and a last line without its end',
    ({ mutant }) => /^[ \t\r]+\S/m.test(mutant.text) || !mutant.text.endsWith('\n'),
  ],
];

const session = new LabSession();
let lab: Promise<Lab> | undefined;
afterAll(() => session.close());

const SETS = [
  's-ip hash:ip timeout 0',
  's-net hash:net',
  's-ip6 hash:ip family inet6',
  's-ipport hash:ip,port skbinfo',
  's-netiface hash:net,iface',
  's-list list:set',
];

async function namespace(): Promise<string> {
  lab ??= session.build({ namespaces: { r: {} } }).then(async (built) => {
    await built.run('r', SETS.map((set) => `ipset create ${set}`).join('\n'));
    return built;
  });
  return (await lab).named('r');
}

const TOOL = { ip: 'iptables', ip6: 'ip6tables' } as const;
const BACKENDS = ['legacy', 'nft'] as const;

/** Complaints about texts of both IP versions, each by its own tool. */
async function refusals(backend: (typeof BACKENDS)[number], mutants: readonly Mutant[]): Promise<readonly Refusal[]> {
  const found: Refusal[] = [];
  for (const family of ['ip', 'ip6'] as const) {
    const own = mutants.filter((mutant) => mutant.family === family);
    const said = await complaints(
      await namespace(),
      [`${TOOL[family]}-${backend}-restore`],
      own.map(({ text }) => text),
    );
    for (const [i, mutant] of own.entries()) {
      const complaint = said[i];
      if (complaint === undefined || !takenAsValid(`${TOOL[family]}-legacy-save`, mutant.text)) continue;
      const names = [...mutant.text.matchAll(/ -[mj] "?([A-Za-z0-9]+)/g)].map(([, name = '']) => name);
      found.push({ said: complaint, mutant, extensions: names.filter((name) => !/^(?:tcp|udp|udplite|ACCEPT|DROP|OTHER)$/.test(name)) });
    }
  }
  return found;
}

/** The samples that this kernel and these tools take. */
async function valid(): Promise<readonly Sample[]> {
  const taken: Sample[] = [];
  for (const family of ['ip', 'ip6'] as const) {
    const own = samples().filter((sample) => sample.family === family);
    const said = await complaints(await namespace(), [`${TOOL[family]}-legacy-restore`], own.map(saveOf));
    taken.push(...own.filter((_, i) => said[i] === undefined));
  }
  return taken;
}

describe.each(BACKENDS)('iptables-%s-restore', (backend) => {
  test.each([
    ['spoilt rules', spoiltRules, 400],
    ['spoilt saves', spoiltSaves, 150],
  ] as const)(
    '%s: nothing is taken as valid that is refused, but for what is listed',
    async (_name, spoilt, count) => {
      const mutants = fc.sample(spoilt(await valid()), { numRuns: count, seed: 1 });
      const unlisted = (await refusals(backend, mutants)).filter((refusal) => !LISTED.some(([, fits]) => fits(refusal)));
      expect(unlisted.map(({ said, mutant }) => `${mutant.how}: ${said.split('\n')[0] ?? ''}\n${mutant.text}`)).toEqual([]);
    },
    300_000,
  );
});

/** The same for nft: what it says, and the rule's statements. */
const LISTED_OF_NFT: readonly (readonly [why: string, fits: (said: string, statements: string) => boolean])[] = [
  [
    'order, types and dependencies of statements are checked when a rule is added: what the kernel holds has passed',
    (said) =>
      /after terminal statement|datatype mismatch|conflicting protocols|transport protocol|nfproto is only|Basetype of|unknown expression type range/.test(
        said,
      ) ||
      /must be specified with address|abstracted ICMP|Could not process rule|symbolic invalid|Range expression is undefined/.test(said),
  ],
  [
    'a number that the field of the packet has no room for, and a name that no device has, fit nothing',
    (said) => /exceeds valid range|Service out of range|Empty string is not allowed/.test(said),
  ],
  [
    'values that decide nothing, or are unknown anyway, are not looked at',
    (said, statements) =>
      /bit -?\d+ out of range|Value too large|No such file or directory/.test(said) ||
      /"(?:counter|limit|log|set|queue|ct label|nftrace|hoplimit|ttl|dscp|label|exthdr|tcp option|tproxy|socket|quota)"/.test(statements),
  ],
  [
    'fields beside those that have a meaning, and null for a field that is not there',
    (said) => /too many properties|\(nothing said\)|type null/.test(said),
  ],
  [
    'an operator of bits has any number of operands, as other releases of nft print it',
    (said) => /left unpacked|Array index \d+ out of range|mapping outside of map context/.test(said),
  ],
];

test('nft: nothing is taken as valid that is refused, but for what is listed', async () => {
  const ask = async (texts: readonly string[]) => complaints(await namespace(), ['nft', '-j', '-c', '-f', '-'], texts);
  const said = await ask(nftSamples().map(listingOf));
  const taken = nftSamples().filter((_, i) => said[i] === undefined);
  const mutants = fc.sample(spoiltListings(taken), { numRuns: 600, seed: 1 });
  const answers = await ask(mutants.map(({ text }) => text));
  const unlisted = mutants.flatMap(({ how, text }, i) => {
    const complaint = answers[i];
    const statements = text.slice(text.lastIndexOf('{"rule"'));
    if (complaint === undefined || !takenAsValid('nft', text) || LISTED_OF_NFT.some(([, fits]) => fits(complaint, statements))) return [];
    return [`${how}: ${complaint.split('\n')[0] ?? ''}\n${statements}`];
  });
  expect(unlisted).toEqual([]);
}, 300_000);
