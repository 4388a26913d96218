import { parseArgs } from 'node:util';
import { LabSession } from '../session.ts';
import { FAMILIES } from './families/index.ts';
import { report } from './report.ts';
import { run } from './run.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    laboratory: { type: 'string' },
    family: { type: 'string', multiple: true },
    differences: { type: 'string', default: '1' },
    patience: { type: 'string', default: '60' },
    trails: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const families = FAMILIES.filter(({ name }) => values.family?.includes(name) ?? true);
if (families.length === 0) throw new RangeError(`--family is one of ${FAMILIES.map(({ name }) => name).join(', ')}`);
console.log(`seed ${String(seed)}: ${families.map(({ name }) => name).join(', ')}`);

const session = new LabSession();
const began = Date.now();
const seconds = (): number => (Date.now() - began) / 1000;
let told = 0;
try {
  const result = await run(session, {
    families,
    seed,
    cases: values.cases === undefined ? (values.minutes === undefined ? 5000 : Infinity) : Number(values.cases),
    time: values.minutes === undefined ? Infinity : Number(values.minutes) * 60_000,
    differences: Number(values.differences),
    patience: Number(values.patience) * 1000,
    trails: values.trails,
    ...(values.laboratory === undefined ? {} : { laboratory: Number(values.laboratory) }),
    progress: (tally) => {
      if (seconds() < told + 30) return;
      told = seconds();
      console.log(`${String(Math.round(told))} s: ${String(tally.cases)} cases, ${String(tally.unknown)} unknown`);
    },
  });
  console.log(report(result, seconds()));
  process.exitCode = result.differences.length === 0 ? 0 : 1;
} finally {
  await session.close();
}
