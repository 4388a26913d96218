import * as z from 'zod';
import type { Pod } from '../objects.ts';
import { conditions, flag, listOf, part, text, textOr, whole } from './fields.ts';
import type { MetaSchema } from './meta.ts';

const port = z.object({ name: text, containerPort: z.number().int(), hostPort: whole, hostIP: text, protocol: textOr('TCP') });
const container = z.object({ name: text, ports: listOf(port) });

export function podSchema(metadata: MetaSchema) {
  const spec = part(
    z.object({
      nodeName: text,
      hostNetwork: flag,
      containers: listOf(container),
      initContainers: listOf(container.extend({ restartPolicy: text })),
    }),
  );
  const status = part(z.object({ phase: text, podIP: text, podIPs: listOf(z.object({ ip: text })), hostIP: text, conditions }));
  return z.object({ metadata, spec, status }).transform((pod): Pod => {
    const ips = pod.status.podIPs.map(({ ip }) => ip).filter((ip) => ip !== '');
    // An init container that is restarted always is a sidecar: it runs and listens beside the others.
    const sidecars = pod.spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
    return {
      metadata: pod.metadata,
      spec: {
        nodeName: pod.spec.nodeName,
        hostNetwork: pod.spec.hostNetwork,
        containers: [...pod.spec.containers, ...sidecars].map(({ name, ports }) => ({ name, ports })),
      },
      status: {
        phase: pod.status.phase,
        podIPs: ips.length > 0 || pod.status.podIP === '' ? ips : [pod.status.podIP],
        hostIP: pod.status.hostIP,
        conditions: pod.status.conditions,
      },
    };
  });
}
