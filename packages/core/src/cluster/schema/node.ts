import * as z from 'zod';
import type { Node } from '../objects.ts';
import { conditions, flag, listOf, part, text, texts } from './fields.ts';
import type { MetaSchema } from './meta.ts';

export function nodeSchema(metadata: MetaSchema) {
  const spec = part(z.object({ providerID: text, podCIDR: text, podCIDRs: texts, unschedulable: flag }));
  const status = part(
    z.object({
      addresses: listOf(z.object({ type: text, address: text })),
      conditions,
      nodeInfo: part(z.object({ kubeletVersion: text, osImage: text, kernelVersion: text })),
    }),
  );
  return z.object({ metadata, spec, status }).transform((node): Node => ({
    metadata: node.metadata,
    spec: {
      providerID: node.spec.providerID,
      podCIDRs: node.spec.podCIDRs.length > 0 || node.spec.podCIDR === '' ? node.spec.podCIDRs : [node.spec.podCIDR],
      unschedulable: node.spec.unschedulable,
    },
    status: { addresses: node.status.addresses, conditions: node.status.conditions, ...node.status.nodeInfo },
  }));
}
