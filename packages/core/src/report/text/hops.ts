import type { Transmission, TransmissionStep } from '../../contracts/packet-path.ts';
import { evidenceLines } from './evidence.ts';
import { type Page, printable, wrap } from './page.ts';

/** What one network node did: its devices, then what changed the packet or ended its way. `-o wide` has every step with its evidence. */
export function hopLines(page: Page, hop: Transmission, width: number): readonly string[] {
  const { paint } = page;
  const name = `${hop.node.type} ${hop.node.id}`;
  const devices = devicesOf(page, hop);
  const head = `  ${mark(page, hop)} ${paint.bold(name)}${' '.repeat(width - name.length)}  ${paint.dim(devices)}`.trimEnd();
  if (page.wide) return [head, ...hop.steps.flatMap((step) => stepLines(page, step))];
  return [head, ...hop.steps.filter(isTold).flatMap((step) => wrap(printable(step.summary), page.width, 6, 8))];
}

function mark({ paint, symbols }: Page, { action }: Transmission): string {
  switch (action) {
    case 'serve':
      return paint.green(symbols.good);
    case 'drop':
    case 'reject':
      return paint.red(symbols.bad);
    case 'unknown':
      return paint.yellow(symbols.unclear);
    case 'send':
    case 'forward':
    case 'service':
      return ' ';
    default:
      return action satisfies never;
  }
}

function devicesOf({ symbols }: Page, hop: Transmission): string {
  const [from, to] = [hop.in?.interface ?? '', hop.out?.interface ?? ''];
  if (from !== '' && to !== '') return `${from} ${symbols.arrow} ${to}`;
  if (from !== '') return `${symbols.arrow} ${from}`;
  return to === '' ? '' : `${to} ${symbols.arrow}`;
}

/** What a way is explained by: everything but the steps that merely pass the packet on. */
function isTold({ kind, summary }: TransmissionStep): boolean {
  switch (kind) {
    case 'receive':
    case 'route':
    case 'neighbour':
    case 'transmit':
    case 'bridge':
      return false;
    case 'netfilter':
      return !summary.endsWith(': accept');
    default:
      return true;
  }
}

function stepLines(page: Page, step: TransmissionStep): readonly string[] {
  return [
    ...wrap(`${step.kind.padEnd(11)} ${printable(step.summary)}`, page.width, 6, 18),
    ...step.evidence.flatMap((one) => evidenceLines(page, one, 18)),
  ];
}
