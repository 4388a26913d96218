import { parseArgs } from 'node:util';
import { LabSession } from '../session.ts';
import { judge } from './judge.ts';

const { values } = parseArgs({ options: { cases: { type: 'string', default: '100' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const session = new LabSession();
try {
  const found = await judge(session, Number(values.cases), seed);
  console.log(found ?? `${values.cases} laboratories, seed ${String(seed)}: model and kernel agree`);
  process.exitCode = found === undefined ? 0 : 1;
} finally {
  await session.close();
}
