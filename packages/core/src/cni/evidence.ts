import type { CustomObject, Node, Pod } from '../cluster/objects.ts';
import type { ObjectEvidence } from '../contracts/evidence.ts';

/** A field of a node; `path` is a JSON pointer. */
export function nodeField({ metadata }: Node, path: string, value: unknown): ObjectEvidence {
  return { object: { kind: 'Node', name: metadata.name }, path, value };
}

/** An annotation of a node, whether it is there or not. */
export function annotationField(node: Node, key: string): ObjectEvidence {
  return nodeField(
    node,
    `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    node.metadata.annotations[key] ?? null,
  );
}

/** A field of a pod; `path` is a JSON pointer. */
export function podField({ metadata }: Pod, path: string, value: unknown): ObjectEvidence {
  return { object: { kind: 'Pod', namespace: metadata.namespace, name: metadata.name }, path, value };
}

/** A field of an object that a plugin's manifest names; `path` is a JSON pointer. */
export function objectField({ kind, metadata }: CustomObject, path: string, value: unknown): ObjectEvidence {
  const { namespace, name } = metadata;
  return { object: { kind, ...(namespace === '' ? {} : { namespace }), name }, path, value };
}
