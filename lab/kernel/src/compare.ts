import { type Answer, type Receipt, describeAnswer } from './answer.ts';

/**
 * Where the model and the kernel differ; nothing where they agree. With several ways the kernel took one of them: it must be among the model's.
 *
 * @param model one answer for every way
 */
export function compare(model: readonly Answer[], kernel: Answer): readonly string[] {
  const differences = model.map((answer) => differencesOf(answer, kernel));
  if (differences.some((each) => each.length === 0)) return [];
  const [only] = differences;
  if (differences.length === 1 && only !== undefined) return only;
  return [`the kernel: ${describeAnswer(kernel)}; the model, one of: ${model.map(describeAnswer).join('; ') || 'nothing at all'}`];
}

function differencesOf(model: Answer, kernel: Answer): readonly string[] {
  const differ = (what: string, said: unknown, seen: unknown): readonly string[] =>
    said === seen ? [] : [`${what}: the model says ${String(said)}, the kernel ${String(seen)}`];
  const differKnown = (what: string, said: unknown, seen: unknown): readonly string[] =>
    said === undefined || seen === undefined ? [] : differ(what, said, seen);
  const verdict = differ('verdict', model.verdict, kernel.verdict);
  if (verdict.length > 0) return [`${verdict.join()} (${describeAnswer(model)}; ${describeAnswer(kernel)})`];
  // Programs can't tell an errno of their own kernel from the ICMP error that it sends to itself.
  if (kernel.own !== undefined && model.error === kernel.own) return [];
  return [
    ...differ('error', model.error, kernel.error),
    ...(kernel.errorFrom === undefined ? [] : differ('who reports the error', model.errorFrom, kernel.errorFrom)),
    ...receiptDifferences(model.received, kernel.received),
  ];

  /** A program saw it: then all that it saw must be so. */
  function receiptDifferences(said: Answer['received'], seen: Answer['received']): readonly string[] {
    if (seen === undefined) return [];
    if (seen === 'nobody' || said === 'nobody' || said === undefined)
      return differ(
        'receiver',
        said === undefined || said === 'nobody' ? 'nobody' : said.namespace,
        seen === 'nobody' ? seen : seen.namespace,
      );
    return [
      ...differ('receiver', said.namespace, seen.namespace),
      ...differ('source', said.src, seen.src),
      ...(isAmong(seen.sport, said.sports) ? [] : differ('source port', said.sport, seen.sport)),
      ...differ('destination', said.dst, seen.dst),
      ...differ('destination port', said.dport, seen.dport),
      ...differKnown('mark', said.mark, seen.mark),
      ...differKnown('TTL', said.ttl, seen.ttl),
      ...differKnown('TOS', said.tos, seen.tos),
    ];
  }
}

function isAmong(port: number, ports: Receipt['sports']): boolean {
  return ports !== undefined && port >= ports.from && port <= ports.to;
}
