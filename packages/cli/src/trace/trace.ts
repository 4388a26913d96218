import { isSet, numberOf, textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { parseWhole } from '../flags/number.ts';
import { writeStdout } from '../output/write.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import type { Run } from '../skoop-command.ts';
import type { Answer } from './answer.ts';
import { type Laboratory, ask, runBatch } from './batch.ts';
import { joinHosts } from './fabric.ts';
import { createPlaces } from './places.ts';
import { readMachines } from './read-machines.ts';
import { checkRequest, parseRequestLine } from './request-schema.ts';
import { answerText } from './text.ts';

const STATUS: Readonly<Record<Answer['verdict'], ExitStatus>> = {
  delivered: Exit.ok,
  dropped: Exit.problem,
  rejected: Exit.problem,
  unknown: Exit.unknown,
};

/** `skoop trace DUMP…` */
export async function trace(run: Run): Promise<ExitStatus> {
  const format = textOf(run.values, 'format') ?? 'text';
  if (format !== 'text' && format !== 'json') throw usageError(`-o ${format}: there is no such format here`, 'There are text and json.');
  const isBatch = isSet(run.values, 'batch');
  if (run.args.length === 0)
    throw usageError('no dump is named', '`skoop trace DUMP… --in NAMESPACE -d IP`; `skoop collect > FILE` makes a dump.');
  if (isBatch && run.args.includes('-')) throw usageError('with --batch standard input holds the requests, so no dump can be read from it');
  const laboratory = await laboratoryOf(run);
  const brief = isSet(run.values, 'brief');
  if (isBatch) return batch(run, laboratory, brief);

  const fields = checkRequest(fieldsOf(run));
  if (typeof fields === 'string') throw usageError(fields, 'The flags --in, --dst and --dport say what is sent; --help describes all.');
  const answer = ask(laboratory, fields, brief);
  if (typeof answer === 'string') throw usageError(answer);
  await writeStdout(format === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : answerText(answer));
  return STATUS[answer.verdict];
}

async function laboratoryOf(run: Run): Promise<Laboratory> {
  const machines = await readMachines(run.args, run.log);
  const hosts = new Map(machines.map((machine) => [machine.host.id, machine.host]));
  return {
    world: { hosts, fabric: joinHosts(hosts) },
    machines: new Map(machines.map((machine) => [machine.host.id, machine])),
    places: createPlaces(machines),
  };
}

async function batch(run: Run, laboratory: Laboratory, brief: boolean): Promise<ExitStatus> {
  process.stdin.setEncoding('utf8');
  return runBatch(process.stdin, {
    laboratory,
    brief,
    parse: parseRequestLine,
    write: async (text) => {
      await writeStdout(text);
      return process.stdout.errored === null;
    },
    onBug: (line, error) => {
      process.stderr.write(
        `error: this is a bug in skoop, met at request ${String(line)}: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      if (error instanceof Error) run.log.debug(error.stack ?? '');
    },
  });
}

/** The flags as a request; what is not set is left out. */
function fieldsOf(run: Run): Readonly<Record<string, unknown>> {
  const { values } = run;
  const mark = textOf(values, 'mark');
  const markNumber = mark === undefined ? undefined : parseWhole(mark);
  if (mark !== undefined && markNumber === undefined) throw usageError(`--mark: "${mark}" is no number`);
  const type = numberOf(values, 'icmp-type');
  const code = numberOf(values, 'icmp-code');
  const fields = {
    in: textOf(values, 'in') ?? missing('in'),
    iif: textOf(values, 'iif'),
    src: textOf(values, 'src'),
    dst: textOf(values, 'dst') ?? missing('dst'),
    protocol: textOf(values, 'protocol'),
    sport: numberOf(values, 'sport'),
    dport: numberOf(values, 'dport'),
    mark: markNumber,
    uid: numberOf(values, 'uid'),
    ttl: numberOf(values, 'ttl'),
    length: numberOf(values, 'length'),
    df: isSet(values, 'df') ? true : undefined,
    icmp: type === undefined && code === undefined ? undefined : { type: type ?? 8, code: code ?? 0 },
    reply: isSet(values, 'no-reply') ? false : undefined,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function missing(flag: string): never {
  throw usageError(`--${flag} is missing`, '`skoop trace DUMP… --in NAMESPACE -d IP [-p PORT]`');
}
