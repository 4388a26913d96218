import type { Cluster } from '../cluster/cluster.ts';
import type { Service } from '../cluster/objects.ts';
import type { ClusterSource } from '../cluster/source.ts';
import type { InfraShim } from '../contracts/infra-shim.ts';

/** The same cluster, whose Services have the addresses of load balancers that the API tells by name alone. */
export async function withBalancerAddresses(
  source: ClusterSource,
  infra: InfraShim | undefined,
  signal: AbortSignal,
): Promise<ClusterSource> {
  const named = source.cluster.services.filter(isNamedOnly);
  if (infra?.balancerAddresses === undefined || named.length === 0) return source;
  const found = new Map<string, readonly string[]>();
  await Promise.all(
    named.map(async (service) => {
      // A plugin that fails, or is plain JavaScript, leaves the Service as it was.
      const addresses: unknown = await Promise.resolve()
        .then(() => infra.balancerAddresses?.(service, { signal }))
        .catch(() => []);
      if (Array.isArray(addresses))
        found.set(
          service.metadata.uid,
          addresses.filter((address) => typeof address === 'string'),
        );
    }),
  );
  const known = (cluster: Cluster): Cluster => ({
    ...cluster,
    services: cluster.services.map((service) => withAddresses(service, found.get(service.metadata.uid) ?? [])),
  });
  return { ...source, cluster: known(source.cluster), collect: async (nodes) => known(await source.collect(nodes)) };
}

function isNamedOnly({ spec, status }: Service): boolean {
  return spec.type === 'LoadBalancer' && status.ingress.length > 0 && status.ingress.every(({ ip }) => ip === '');
}

function withAddresses(service: Service, addresses: readonly string[]): Service {
  if (addresses.length === 0) return service;
  const ingress = addresses.map((ip) => ({ ip, hostname: '', ipMode: '' }));
  return { ...service, status: { ...service.status, ingress: [...service.status.ingress, ...ingress] } };
}
