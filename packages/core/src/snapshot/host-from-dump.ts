import type { Host } from '@skoop/netstack';
import { makeHost, parseNamespace } from '@skoop/netstack';
import type { NodeDump } from './node-dump.ts';
import { podKey } from './node-dump.ts';

/** A machine's kernel as the model takes it. `pods`: NAMESPACE/NAME, or the uid where no name was found, to the namespace's id. */
export interface DumpedHost {
  readonly host: Host;
  readonly pods: ReadonlyMap<string, string>;
}

/**
 * Parses every namespace of a dump. Ids are their folders in a snapshot, `nodes/NODE/host`.
 * A dump that lacks the machine's own namespace gives one in which everything is a gap.
 *
 * @param name the node's name, where it is not what the dump says
 */
export function hostFromDump(dump: NodeDump, name: string = dump.node): DumpedHost {
  const root = `nodes/${name}/host`;
  const namespaces = dump.namespaces.map(({ folder, artifacts }) => parseNamespace({ id: `nodes/${name}/${folder}`, artifacts }));
  const whole = namespaces.some(({ id }) => id === root) ? namespaces : [parseNamespace({ id: root, artifacts: new Map() }), ...namespaces];
  const pods = dump.namespaces.flatMap(({ folder, pod }) => (pod === undefined ? [] : [[podKey(pod), `nodes/${name}/${folder}`] as const]));
  return { host: makeHost(name, whole, root), pods: new Map(pods) };
}
