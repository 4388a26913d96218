import { describe, expect, test } from '@jest/globals';
import type { ConntrackEntry } from '../namespace/namespace.ts';
import { SYN } from '../netfilter/__fixtures__/context.ts';
import { reversed, tupleOf } from '../packet/packet.ts';
import type { Chooser } from '../netfilter/walk.types.ts';
import { Connections } from './connections.ts';

const ENTRY: ConntrackEntry = {
  original: tupleOf(SYN),
  reply: reversed(SYN),
  mark: 0,
  zone: { original: 0, reply: 0 },
  state: 'ESTABLISHED',
  replied: true,
  assured: true,
  offloaded: false,
  source: { artifact: 'n/conntrack', line: 1, text: 'tcp' },
};
const ANSWERED: typeof SYN = { ...SYN, ...reversed(SYN) };

/** Nothing is asked, unless an answer is given. */
function chooser(answer?: boolean): Chooser {
  const asked = () => {
    if (answer === undefined) throw new Error('nothing to choose here');
    return answer;
  };
  return {
    chance: asked,
    pick: ([first]) => first as never,
    unknown: (_construct, _sources, options) => (asked() ? options[0] : options[1]) as never,
  };
}

describe('a SYN, and an entry of its connection that was dumped', () => {
  test.each<[name: string, entry: Partial<ConntrackEntry>, packet: typeof SYN, choice: boolean | undefined, state: string]>([
    ['one that stands', {}, SYN, undefined, 'ESTABLISHED'],
    ['one that began and was not answered', { state: 'SYN_SENT', replied: false }, SYN, undefined, 'NEW'],
    ['from the side that answers: no way to begin', {}, ANSWERED, undefined, 'INVALID'],
    ['both sides begin at once', { state: 'SYN_SENT', replied: false }, ANSWERED, undefined, 'ESTABLISHED'],
    ['one that has ended begins anew', { state: 'TIME_WAIT' }, SYN, undefined, 'NEW'],
    ['from the other side as well', { state: 'TIME_WAIT' }, ANSWERED, undefined, 'NEW'],
    ['ended by a reset of the sender', { state: 'CLOSE' }, SYN, true, 'NEW'],
    ['ended by a reset of the receiver', { state: 'CLOSE' }, SYN, false, 'ESTABLISHED'],
    ['of another zone', { zone: { original: 3, reply: 3 } }, SYN, undefined, 'NEW'],
  ])('%s', (_name, entry, packet, choice, state) => {
    const table = { id: 'n', conntrack: [{ ...ENTRY, ...entry }] };
    expect(new Connections(chooser(choice)).track(table, packet).state).toBe(state);
    expect(new Connections().track(table, packet).state).toBe('NEW');
  });
});
