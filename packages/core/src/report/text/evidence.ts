import type { Evidence } from '../../contracts/evidence.ts';
import { type Page, clip, printable } from './page.ts';

/** Two lines for one piece of evidence: where it stands, and what stands there, unless that was `said` already. */
export function evidenceLines(page: Page, evidence: Evidence, indent: number, said = ''): readonly string[] {
  const pad = ' '.repeat(indent);
  const where = `${pad}${page.paint.cyan(whereIs(evidence))}`;
  const what = printable(whatStands(evidence));
  if (what !== '' && said.includes(what)) return [where];
  const room = page.wide ? Number.POSITIVE_INFINITY : Math.max(20, page.width - indent - 2);
  return [where, `${pad}  ${clip(page, what, room)}`];
}

/** `nodes/node1/host/iptables-nft-save:45`, `nodes/node1/host/ip-route-4#/3`, `Service default/web /spec/ports`. */
function whereIs(evidence: Evidence): string {
  if ('object' in evidence) {
    const { kind, namespace, name } = evidence.object;
    return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} ${evidence.path}`;
  }
  return 'line' in evidence ? `${evidence.artifact}:${String(evidence.line)}` : `${evidence.artifact}#${evidence.pointer}`;
}

function whatStands(evidence: Evidence): string {
  if (!('object' in evidence)) return evidence.text;
  return typeof evidence.value === 'string' ? evidence.value : (JSON.stringify(evidence.value) ?? '');
}
