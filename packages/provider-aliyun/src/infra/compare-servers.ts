import type { Service } from '@skoop/core';
import { Protocol } from '@skoop/netstack';
import type { Flow } from '../judge/flow.ts';
import type { Balancer, Listener, Server } from '../model/balancer.ts';
import { serversMissing, serversStale } from '../say/balancers.ts';
import type { Cloud } from './cloud.ts';
import { type ExpectedServer, expectedServers } from './expected-servers.ts';
import { type Finding, remark } from './finding.ts';

/** What is behind the listener against what the Service wants there. */
export function compareServers(
  { cluster }: Cloud,
  service: Service,
  balancer: Balancer,
  listener: Listener,
  servers: readonly Server[],
  flow: Flow,
): readonly Finding[] {
  const protocol = flow.protocol === Protocol.UDP ? 'UDP' : 'TCP';
  const port = service.spec.ports.find((candidate) => candidate.port === flow.dport && candidate.protocol === protocol);
  if (port === undefined) return [];
  const expected = expectedServers(cluster, service, port);
  const fits = (want: ExpectedServer, server: Server): boolean =>
    want.port === server.port &&
    ((want.instance !== '' && want.instance === server.id) || (want.address !== undefined && want.address === server.address));
  const missing = expected.filter((want) => !servers.some((server) => fits(want, server)));
  const stale = servers.filter((server) => server.weight > 0 && !expected.some((want) => fits(want, server)));
  return [
    ...(missing.length === 0
      ? []
      : [
          remark(
            serversMissing(
              balancer,
              listener,
              missing.map(({ name, port: number }) => `${name} port ${String(number)}`),
            ),
          ),
        ]),
    ...(stale.length === 0 ? [] : [remark(serversStale(balancer, listener, stale))]),
  ];
}
