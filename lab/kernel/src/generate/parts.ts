import type { LabDescription, NamespaceDescription } from '../description.ts';

/** A line of a description that may be left out: the laboratory that is left can mostly still be built. */
export interface Part {
  readonly namespace: string;
  readonly field: keyof NamespaceDescription;
  /** Of a list or of a text's lines. */
  readonly index: number;
}

const LISTS = ['routes', 'rules', 'neighbours', 'fdb', 'then', 'listeners'] as const;
const TEXTS = ['iptables', 'legacy', 'ip6tables', 'ip6legacy', 'nft', 'ipset'] as const;

export function partsOf({ namespaces }: LabDescription): readonly Part[] {
  return Object.entries(namespaces).flatMap(([namespace, description]) => [
    ...TEXTS.flatMap((field) =>
      (description[field]?.split('\n') ?? []).flatMap((line, index) => (mayGo(field, line) ? [{ namespace, field, index }] : [])),
    ),
    ...LISTS.flatMap((field) =>
      (description[field] ?? []).flatMap((line, index) => (line.startsWith('ip addr ') ? [] : [{ namespace, field, index }])),
    ),
    ...Object.keys(description.sysctls ?? {}).map((_, index) => ({ namespace, field: 'sysctls' as const, index })),
  ]);
}

/** What frames the others stays: tables, chains, `COMMIT`, braces; and what lets IPv6 find its neighbours. */
function mayGo(field: (typeof TEXTS)[number], line: string): boolean {
  if (field === 'nft') return /^ {2}(?!type |icmpv6 type \{ nd)/.test(line) || /^ (set|map|counter) /.test(line);
  return field === 'ipset' ? line !== '' : (line.startsWith('-A ') && !/icmpv6-type 13[56] -j ACCEPT/.test(line)) || / DROP /.test(line);
}

/** The description without some of its parts. */
export function without(lab: LabDescription, gone: readonly Part[]): LabDescription {
  const namespaces = Object.entries(lab.namespaces).map(([name, description]) => {
    const own = gone.filter(({ namespace }) => namespace === name);
    return [name, own.length === 0 ? description : less(description, own)] as const;
  });
  return { ...lab, namespaces: Object.fromEntries(namespaces) };
}

function less(description: NamespaceDescription, gone: readonly Part[]): NamespaceDescription {
  const stays = (field: Part['field']) => {
    const indices = new Set(gone.filter((part) => part.field === field).map(({ index }) => index));
    return (_: unknown, index: number): boolean => !indices.has(index);
  };
  const lists = LISTS.flatMap((field) =>
    description[field] === undefined ? [] : [[field, description[field].filter(stays(field))] as const],
  );
  const texts = TEXTS.flatMap((field) =>
    description[field] === undefined ? [] : [[field, description[field].split('\n').filter(stays(field)).join('\n')] as const],
  );
  const sysctls = Object.fromEntries(Object.entries(description.sysctls ?? {}).filter(stays('sysctls')));
  return { ...description, ...(Object.fromEntries([...lists, ...texts]) as Partial<NamespaceDescription>), sysctls };
}
