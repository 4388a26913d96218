import type { Answer } from './answer.ts';
import { describeAnswer } from './answer.ts';

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
  const verdict = differ('verdict', model.verdict, kernel.verdict);
  if (verdict.length > 0) return [`${verdict.join()} (${describeAnswer(model)}; ${describeAnswer(kernel)})`];
  const got = kernel.received;
  return [
    ...differ('error', model.error, kernel.error),
    ...(kernel.errorFrom === undefined ? [] : differ('who reports the error', model.errorFrom, kernel.errorFrom)),
    // A program saw it: then all that it saw must be so.
    ...(got === undefined
      ? []
      : [
          ...differ('receiver', model.received?.namespace, got.namespace),
          ...differ('source', model.received?.src, got.src),
          ...differ('source port', model.received?.sport, got.sport),
          ...differ('destination', model.received?.dst, got.dst),
          ...differ('destination port', model.received?.dport, got.dport),
          ...(got.mark === undefined ? [] : differ('mark', model.received?.mark, got.mark)),
        ]),
  ];
}
