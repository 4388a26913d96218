import type { Gap } from '../../source.ts';
import type { Table } from '../model.ts';
import type { Ruleset } from './nft.ts';
export function withNativeRules(table: Table, _ruleset: Ruleset, _gaps: Gap[]): Table { return table; }
