import { readAlbAcl, readAlbListeners, readAlbServers, readAlbUnwell } from '../model/alb.ts';
import type { AccessList, Balancer, Listener, Server, Unwell } from '../model/balancer.ts';
import { readClbAcl, readClbListeners, readClbServers, readClbUnwell } from '../model/clb.ts';
import { readNlbListeners, readNlbServerGroup, readNlbServers, readNlbUnwell } from '../model/nlb.ts';
import type { Cloud } from './cloud.ts';

/** What each kind of balancer calls its parts. All reject with ReadFailure. */

export function listenersOf({ reader }: Cloud, { kind, region, id }: Balancer): Promise<readonly Listener[]> {
  switch (kind) {
    case 'clb':
      return readClbListeners(reader, region, id);
    case 'nlb':
      return readNlbListeners(reader, region, id);
    case 'alb':
      return readAlbListeners(reader, region, id);
    default:
      return kind satisfies never;
  }
}

/** Servers behind a listener, and what their group says of them. */
export interface Behind {
  readonly servers: readonly Server[];
  /** They see the client's own address. */
  readonly seesClient: boolean;
  readonly checksHealth: boolean;
}

export async function serversBehind({ reader }: Cloud, { kind, region, id }: Balancer, listener: Listener): Promise<Behind> {
  const { servers: set, protocol } = listener;
  const group = set.kind === 'group' ? set.id : '';
  switch (kind) {
    case 'clb': {
      const servers = await readClbServers(reader, region, id, set);
      return { servers, seesClient: protocol !== 'http' && protocol !== 'https', checksHealth: listener.checksHealth ?? true };
    }
    case 'nlb': {
      const [about, servers] = await Promise.all([readNlbServerGroup(reader, region, group), readNlbServers(reader, region, group)]);
      return { servers, seesClient: about?.preservesClient === true, checksHealth: about?.checksHealth ?? true };
    }
    case 'alb':
      return { servers: await readAlbServers(reader, region, group), seesClient: false, checksHealth: true };
    default:
      return kind satisfies never;
  }
}

export function unwellOf({ reader }: Cloud, balancer: Balancer, listener: Listener): Promise<readonly Unwell[]> {
  switch (balancer.kind) {
    case 'clb':
      return readClbUnwell(reader, balancer.region, balancer.id, listener);
    case 'nlb':
      return readNlbUnwell(reader, balancer.region, listener.id);
    case 'alb':
      return readAlbUnwell(reader, balancer.region, listener.id);
    default:
      return balancer.kind satisfies never;
  }
}

export function accessListOf({ reader }: Cloud, { kind, region }: Balancer, id: string): Promise<AccessList> {
  return kind === 'alb' ? readAlbAcl(reader, region, id) : readClbAcl(reader, region, id);
}
