import type { CollectOptions } from './options.ts';
import { namespaceManifest, podManifest } from './pod-manifest.ts';

/** What `--dry-run` shows. */
export interface CollectPlan {
  /** Made where it is missing. */
  readonly namespace: Readonly<Record<string, unknown>>;
  /** One a node. The name's last part is another in every run. */
  readonly pods: readonly { readonly node: string; readonly manifest: Readonly<Record<string, unknown>> }[];
  /** What the user must be allowed to do; `namespace` '' for the whole cluster. */
  readonly rights: readonly {
    readonly verbs: readonly string[];
    readonly group: string;
    readonly resource: string;
    readonly namespace: string;
  }[];
}

export function planCollection(nodes: readonly string[], options: CollectOptions): CollectPlan {
  const { namespace } = options;
  return {
    namespace: namespaceManifest(namespace),
    pods: nodes.map((node) => ({ node, manifest: podManifest(node, 'dry-run', options) })),
    rights: [
      { verbs: ['get', 'list'], group: '', resource: 'nodes', namespace: '' },
      { verbs: ['get', 'create'], group: '', resource: 'namespaces', namespace: '' },
      { verbs: ['list', 'create', 'delete'], group: '', resource: 'pods', namespace },
      { verbs: ['create', 'get'], group: '', resource: 'pods/exec', namespace },
      { verbs: ['list'], group: '', resource: 'events', namespace },
    ],
  };
}
