import type { Evidence, Path } from '@skoop/core';
import type { Answer } from './answer.ts';

/** An answer for a person. */
export function answerText(answer: Answer): string {
  const lines = [headline(answer)];
  for (const { code, on, evidence } of answer.because ?? []) {
    lines.push(`  ${code} on ${on.type} ${on.id}`);
    for (const one of evidence) lines.push(`    ${evidenceText(one)}`);
  }
  for (const receiver of answer.receivers ?? (answer.received === undefined ? [] : [answer.received])) {
    const share = typeof receiver.probability === 'number' ? ` (${percent(receiver.probability)})` : '';
    const sport =
      receiver.sports === undefined ? String(receiver.sport) : `{${String(receiver.sports.from)}-${String(receiver.sports.to)}}`;
    lines.push(`  received in ${receiver.in}: ${receiver.src}:${sport} > ${receiver.dst}:${String(receiver.dport)}${share}`);
  }
  if (answer.error !== undefined)
    lines.push(`  the sender gets ${answer.error.kind} from ${answer.error.from ?? 'its own kernel'} (${answer.error.by})`);
  for (const [index, path] of (answer.paths ?? []).entries()) lines.push('', ...pathLines(index, path));
  return `${lines.join('\n')}\n`;
}

function headline({ verdict, probability }: Answer): string {
  return probability === null || probability === 1 ? verdict.toUpperCase() : `${verdict.toUpperCase()} (${percent(probability)})`;
}

function pathLines(index: number, path: Path): string[] {
  const of = path.replyTo === undefined ? '' : ` to ${String(path.replyTo)}`;
  const lines = [
    `path ${String(index)}, ${path.direction}${of}: ${path.verdict}${path.probability === null ? '' : `, ${percent(path.probability)}`}`,
  ];
  for (const hop of path.hops) {
    lines.push(`  ${hop.node.type} ${hop.node.id}: ${hop.action}`);
    for (const step of hop.steps) {
      lines.push(`    ${step.summary}`);
      for (const one of step.evidence) lines.push(`      ${evidenceText(one)}`);
    }
  }
  return lines;
}

function evidenceText(evidence: Evidence): string {
  if ('object' in evidence) return `${evidence.object.kind} ${evidence.object.name} ${evidence.path}`;
  return `${evidence.artifact}${'line' in evidence ? `:${String(evidence.line)}` : `#${evidence.pointer}`}  ${evidence.text}`;
}

function percent(probability: number): string {
  return `${String(Math.round(probability * 1000) / 10)} %`;
}
