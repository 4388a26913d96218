import type { Link } from '../namespace/link.ts';
import { type Outcome, type Place, type Walk, dropped } from './walk.ts';

/** XDP and tc programs may do anything: both ways are walked. */
export function passesPrograms(walk: Walk, place: Place, link: Link, direction: 'ingress' | 'egress'): Outcome | undefined {
  for (const program of link.programs) {
    if (program.direction !== direction) continue;
    const construct = `${program.kind} program on ${link.name} ${direction}`;
    if (walk.chooser.unknown(construct, [program.source], ['pass', 'drop']) === 'drop')
      return dropped(place, 'MODEL_UNSUPPORTED', [program.source], { construct });
  }
  return undefined;
}
