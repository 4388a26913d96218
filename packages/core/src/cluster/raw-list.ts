/** An item of a list, with the kind that it says itself, or that its list says. */
export interface RawItem {
  /** `Pod`; for kinds that several API groups have, with the group: `NetworkPolicy.crd.projectcalico.org`. */
  readonly kind: string;
  /** '' for the core group, and where it is not said. */
  readonly group: string;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Of the kinds that skoop reads, two groups have one of this name. */
const AMBIGUOUS = new Map([['NetworkPolicy', 'networking.k8s.io']]);

/**
 * The items of what `kubectl get -o json` or the API gives: a list of one kind, a `List` of several, or a single object.
 * undefined: it is nothing of that sort.
 */
export function itemsOf(value: unknown): readonly RawItem[] | undefined {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => itemsOf(item) ?? [{ kind: '', group: '', raw: {} }]);
  if (!isRecord(value)) return undefined;
  const kind = textOf(value['kind']);
  if (!kind.endsWith('List')) return kind === '' ? undefined : [rawItem(kind, textOf(value['apiVersion']), value)];
  const items = value['items'];
  if (items === null || items === undefined) return [];
  if (!Array.isArray(items)) return undefined;
  const ofAll = kind.slice(0, -'List'.length);
  return items.map((item: unknown): RawItem => {
    if (!isRecord(item)) return { kind: ofAll, group: '', raw: {} };
    return rawItem(textOf(item['kind']) || ofAll, textOf(item['apiVersion']) || textOf(value['apiVersion']), item);
  });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function rawItem(kind: string, apiVersion: string, raw: Readonly<Record<string, unknown>>): RawItem {
  const usual = AMBIGUOUS.get(kind);
  const group = groupOf(apiVersion);
  return { kind: usual === undefined || group === '' || group === usual ? kind : `${kind}.${group}`, group, raw };
}

/** Of `group/version`; '' for the core group, whose versions stand alone. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
