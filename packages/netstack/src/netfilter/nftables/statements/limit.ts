import { fieldsOf, textOf } from '../../parse/json.ts';
import type { Fields } from '../../parse/json.ts';
import type { Scope } from '../scope.ts';
import type { Statement, StatementReader } from '../statement.ts';

/** Its own fields, or those of the object that it names. */
function fieldsFor(kind: string, content: unknown, scope: Scope): Fields | undefined {
  const name = textOf(content);
  return name === undefined ? fieldsOf(content) : scope.object(kind, name);
}

function constant(holds: boolean): Statement {
  return { kind: 'condition', test: () => holds };
}

/** A bucket starts full: the first packet of a conversation is within its limit. */
export const limit: StatementReader = (content, scope) => {
  const fields = fieldsFor('limit', content, scope);
  return typeof fields?.['rate'] === 'number' ? constant(fields['inv'] !== true) : undefined;
};

const UNITS: Readonly<Record<string, number>> = { bytes: 1, kbytes: 1024, mbytes: 1024 ** 2 };

/** What is used of it is in the dump. */
export const quota: StatementReader = (content, scope) => {
  const fields = fieldsFor('quota', content, scope);
  const bytes = readBytes(fields, 'val') ?? readBytes(fields, 'bytes');
  const used = readBytes(fields, 'used') ?? 0;
  return bytes === undefined
    ? undefined
    : { kind: 'condition', test: ({ packet }) => used + packet.length > bytes === (fields?.['inv'] === true) };
};

function readBytes(fields: Fields | undefined, key: string): number | undefined {
  const value = fields?.[key];
  const unit = textOf(fields?.[`${key}_unit`]) ?? 'bytes';
  return typeof value === 'number' && Object.hasOwn(UNITS, unit) ? value * (UNITS[unit] ?? 1) : undefined;
}

/** The first connection: no other is counted. */
export const ctCount: StatementReader = (content, scope) => {
  const fields = fieldsFor('ct count', content, scope);
  const most = fields?.['val'];
  if (typeof most !== 'number') return undefined;
  const holds = 1 > most === (fields?.['inv'] === true);
  return {
    kind: 'condition',
    test: ({ tracking }) =>
      tracking.entry === undefined ? { kind: 'unknown', construct: 'nftables ct count without a tracked connection' } : holds,
  };
};
