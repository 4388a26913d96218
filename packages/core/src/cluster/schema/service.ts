import * as z from 'zod';
import type { Service } from '../objects.ts';
import { flag, listOf, part, text, textMap, textOr, texts, whole } from './fields.ts';
import type { MetaSchema } from './meta.ts';

const port = z
  .object({
    name: text,
    protocol: textOr('TCP'),
    port: z.number().int(),
    targetPort: z.union([z.number().int(), z.string()]).nullish(),
    nodePort: whole,
  })
  .transform(({ targetPort, ...rest }) => ({ ...rest, targetPort: targetPort ?? rest.port }));

export function serviceSchema(metadata: MetaSchema) {
  const spec = part(
    z.object({
      type: textOr('ClusterIP'),
      clusterIP: text,
      clusterIPs: texts,
      externalName: text,
      externalIPs: texts,
      ports: listOf(port),
      selector: textMap,
      sessionAffinity: textOr('None'),
      internalTrafficPolicy: textOr('Cluster'),
      externalTrafficPolicy: textOr('Cluster'),
      loadBalancerSourceRanges: texts,
      publishNotReadyAddresses: flag,
    }),
  );
  const ingress = listOf(z.object({ ip: text, hostname: text, ipMode: textOr('VIP') }));
  const status = part(z.object({ loadBalancer: part(z.object({ ingress })) }));
  return z.object({ metadata, spec, status }).transform((service): Service => {
    const { clusterIP, clusterIPs, ...rest } = service.spec;
    const ips = clusterIPs.length > 0 ? clusterIPs : [clusterIP];
    return {
      metadata: service.metadata,
      spec: { ...rest, clusterIPs: ips.filter((ip) => ip !== '' && ip !== 'None'), headless: ips.includes('None') },
      status: { ingress: service.status.loadBalancer.ingress },
    };
  });
}
