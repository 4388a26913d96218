import { notracks } from '../../targets/ct.ts';
import type { StatementReader } from '../statement.ts';

export const notrack: StatementReader = () => ({ kind: 'action', apply: notracks });
