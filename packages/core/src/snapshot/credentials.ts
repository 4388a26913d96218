import { isRecord } from '../cluster/raw-list.ts';

const KEY = /kubeconfig|token|password|secret|\.key$|\.pem$/i;
const VALUE = /PRIVATE KEY-----|client-key-data:|^\s*kind:\s*["']?Config["']?\s*$|(^|[\s{,"'])(token|password)["']?:\s*\S/m;

/** A ConfigMap's data without what looks like somebody's access to something: kube-proxy's own has a kubeconfig beside its configuration. */
export function withoutCredentials(data: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(data)) return {};
  return Object.fromEntries(
    Object.entries(data).filter(([key, value]) => !KEY.test(key) && typeof value === 'string' && !VALUE.test(value)),
  );
}
