import type { CniPlugin } from '../contracts/cni-plugin.ts';
import type { ConfigBinder } from '../contracts/config-binder.ts';
import type { Provider } from '../contracts/provider.ts';
import { isRecord } from './package-json.ts';

/** What is wrong with a value that should be a provider called `name`; nothing where the list is empty. By fields: its class may be another copy's. */
export function providerFaults(value: unknown, name: string): readonly string[] {
  if (!isRecord(value)) return ['its default export is no object'];
  return [
    ...wrongName(value, name),
    ...wrong(value, ['createNetwork'], 'function'),
    ...wrongIfThere(value, 'detect', 'function'),
    ...wrongIfThere(value, 'record', 'function'),
  ];
}

export function cniFaults(value: unknown, name: string): readonly string[] {
  if (!isRecord(value)) return ['its default export is no object'];
  return [
    ...wrongName(value, name),
    ...wrong(value, ['detect', 'configure', 'checkPod', 'checkNode'], 'function'),
    ...wrong(value, ['contract'], 'string'),
    ...(Array.isArray(value['enforces']) ? [] : ['"enforces" must be a list']),
  ];
}

export function binderFaults(value: unknown): readonly string[] {
  if (!isRecord(value)) return ['is no object'];
  return [...wrong(value, ['name', 'heading'], 'string'), ...wrong(value, ['bindFlags', 'parse'], 'function')];
}

export function isProvider(value: unknown, name: string): value is Provider {
  return providerFaults(value, name).length === 0;
}

export function isCni(value: unknown, name: string): value is CniPlugin {
  return cniFaults(value, name).length === 0;
}

export function isBinder(value: unknown): value is ConfigBinder<unknown> {
  return binderFaults(value).length === 0;
}

function wrongName(value: Record<string, unknown>, name: string): readonly string[] {
  return value['name'] === name ? [] : [`"name" must be "${name}", as in the manifest`];
}

function wrong(value: Record<string, unknown>, fields: readonly string[], type: 'function' | 'string'): readonly string[] {
  return fields.flatMap((field) => (typeof value[field] === type ? [] : [`"${field}" must be a ${type}`]));
}

function wrongIfThere(value: Record<string, unknown>, field: string, type: 'function' | 'string'): readonly string[] {
  return value[field] === undefined ? [] : wrong(value, [field], type);
}
