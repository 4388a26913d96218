import { describe, expect, test } from '@jest/globals';
import { Exit } from '../run/exit.ts';
import { runBatch } from './batch.ts';
import { errorKind } from './error-kind.ts';
import { joinHosts } from './fabric.ts';
import { createPlaces } from './places.ts';
import { parseRequestLine } from './request-schema.ts';
import { machine } from './__fixtures__/machine.ts';

const host = machine('h1', [{ name: 'eth0', addresses: ['10.0.0.1/24'] }]);
const other = machine('h2', [{ name: 'eth0', addresses: ['10.0.0.2/24'] }]);
const machines = [
  { host, pods: new Map([['default/web-1', 'nodes/h1/pods/default_web-1']]) },
  { host: other, pods: new Map<string, string>() },
];
const hosts = new Map(machines.map((one) => [one.host.id, one.host]));
const laboratory = {
  world: { hosts, fabric: joinHosts(hosts) },
  machines: new Map(machines.map((one) => [one.host.id, one])),
  places: createPlaces(machines),
};

async function batch(...chunks: readonly string[]): Promise<{ status: number; lines: readonly Record<string, unknown>[] }> {
  let output = '';
  const input = async function* (): AsyncGenerator<string> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  };
  const status = await runBatch(input(), {
    laboratory,
    brief: true,
    parse: parseRequestLine,
    write: (text) => {
      output += text;
      return Promise.resolve(true);
    },
    onBug: (_line, error) => {
      throw error;
    },
  });
  return {
    status,
    lines: output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const GOOD = '{"in":"h1:host","dst":"10.0.0.2","protocol":"tcp","dport":80}';

describe('--batch', () => {
  test('one answer a line, in the order asked, however the input is cut into pieces', async () => {
    const whole = await batch(`${GOOD}\nno json\n${GOOD}`);
    const cut = await batch(GOOD.slice(0, 10), GOOD.slice(10) + '\nno', ' json\n', GOOD);
    expect(cut).toEqual(whole);
    expect(whole.lines.map((line) => Object.keys(line)[0])).toEqual(['verdict', 'invalid', 'verdict']);
  });

  test('a line that comes again gets the same answer again', async () => {
    const { status, lines } = await batch(`${GOOD}\nno json\n${GOOD}\nno json\n`);
    expect(status).toBe(Exit.usage);
    expect([lines[2], lines[3]]).toEqual([lines[0], lines[1]]);
  });

  test('an invalid line does not stop the run, and makes its status 2', async () => {
    expect((await batch(`no json\n${GOOD}\n`)).status).toBe(Exit.usage);
    expect((await batch(`${GOOD}\n`)).status).toBe(Exit.ok);
  });

  test('empty lines get no answer', async () => {
    expect((await batch(`\n\n${GOOD}\n\n`)).lines).toHaveLength(1);
  });

  test.each<[name: string, line: string, says: RegExp]>([
    ['no JSON', '{', /no JSON/],
    ['no object', '[]', /request/],
    ['a key that is none', '{"in":"h1:host","dst":"10.0.0.2","protocol":"tcp","dport":80,"dprot":1}', /dprot/],
    ['a protocol that is none', '{"in":"h1:host","dst":"10.0.0.2","protocol":"tpc","dport":80}', /protocol/],
    ['a port out of range', '{"in":"h1:host","dst":"10.0.0.2","protocol":"tcp","dport":65536}', /dport/],
    ['TCP without a port', '{"in":"h1:host","dst":"10.0.0.2","protocol":"tcp"}', /dport/],
    ['no address', '{"in":"h1:host","dst":"10.0.0","protocol":"tcp","dport":80}', /dst.*no IP address/],
    ['two families', '{"in":"h1:host","src":"fd00::1","dst":"10.0.0.2","protocol":"tcp","dport":80}', /IPv6/],
    ['a machine that is not there', '{"in":"h9:host","dst":"10.0.0.2","protocol":"tcp","dport":80}', /h1, h2/],
    ['a place in several dumps', '{"in":"host","dst":"10.0.0.2","protocol":"tcp","dport":80}', /NODE:host/],
    ['a pod that is not there', '{"in":"h1:default/x","dst":"10.0.0.2","protocol":"tcp","dport":80}', /default\/web-1/],
    ['a device that is not there', '{"in":"h1:host","iif":"eth7","src":"10.0.0.9","dst":"10.0.0.1","protocol":"tcp","dport":80}', /eth0/],
    ['a packet from the wire without a source', '{"in":"h1:host","iif":"eth0","dst":"10.0.0.1","protocol":"tcp","dport":80}', /src/],
    ['a line beyond all measure', `{"in":"${'x'.repeat(1 << 20)}"}`, /longer than/],
  ])('%s', async (_name, line, says) => {
    const { lines, status } = await batch(`${line}\n`);
    expect(lines).toEqual([{ invalid: expect.stringMatching(says) }]);
    expect(status).toBe(Exit.usage);
  });
});

describe('errors that a sender gets, by name', () => {
  test.each([
    ['icmp-3/1', 'icmp-host-unreachable'],
    ['icmp-3/13', 'icmp-admin-prohibited'],
    ['icmpv6-1/4', 'icmp6-port-unreachable'],
    ['icmp-12/0', 'icmp-12/0'],
    ['tcp-reset', 'tcp-reset'],
    ['errno-EHOSTUNREACH', 'errno-EHOSTUNREACH'],
  ])('%s', (kind, name) => {
    expect(errorKind(kind)).toBe(name);
  });
});

describe('names of places', () => {
  const places = createPlaces(machines);
  test('a place is found by the name that it is given', () => {
    for (const name of ['h1:host', 'h1:default/web-1', 'h2:host']) {
      const place = places.find(name);
      expect(typeof place === 'string' ? place : places.name(place.host, place.namespace)).toBe(name);
    }
  });
  test('without a node where there is one dump', () => {
    expect(createPlaces(machines.slice(0, 1)).find('default/web-1')).toEqual({ host: 'h1', namespace: 'nodes/h1/pods/default_web-1' });
  });
});
