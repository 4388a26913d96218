import type { Service } from '@skoop/core';
import { readAlb } from '../model/alb.ts';
import type { Balancer } from '../model/balancer.ts';
import { readClb } from '../model/clb.ts';
import { readNlb } from '../model/nlb.ts';
import { type Cloud, regionsOf } from './cloud.ts';

const LABEL = 'service.k8s.alibaba/loadbalancer-id';
const ANNOTATIONS = ['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id', 'service.beta.kubernetes.io/alicloud-loadbalancer-id'];

/** The balancer's id, as the controller or the user wrote it on the Service. */
export function balancerIdOf({ metadata }: Service): string | undefined {
  return [metadata.labels[LABEL], ...ANNOTATIONS.map((name) => metadata.annotations[name])].find((id) => id !== undefined && id !== '');
}

/**
 * The balancer that a Service has: by the id that is written on it, else by the address or name in its status. `undefined`: there is none.
 * Rejects with ReadFailure.
 */
export async function balancerOf(cloud: Cloud, service: Service): Promise<Balancer | undefined> {
  for (const region of regionsOf(cloud.cluster)) {
    const found = await inRegion(cloud, region, service);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function inRegion({ reader }: Cloud, region: string, service: Service): Promise<Balancer | undefined> {
  const id = balancerIdOf(service);
  if (id !== undefined) {
    if (id.startsWith('nlb-')) return readNlb(reader, region, { id });
    if (id.startsWith('alb-')) return readAlb(reader, region, { id });
    return readClb(reader, region, { id });
  }
  for (const { ip, hostname } of service.status.ingress) {
    const found =
      ip !== ''
        ? await readClb(reader, region, { address: ip })
        : /\.alb\./.test(hostname)
          ? await readAlb(reader, region, { name: hostname })
          : await readNlb(reader, region, { name: hostname });
    if (found !== undefined) return found;
  }
  return undefined;
}
