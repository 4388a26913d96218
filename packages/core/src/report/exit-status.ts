import { LEVELS, type Level } from '../contracts/suspicion.ts';
import type { Diagnosis } from './diagnosis.ts';

/** 0 delivered and nothing at or above `failOn`; 1 a problem was found, whatever else is unknown; 3 unknown. */
export function exitStatus(diagnosis: Pick<Diagnosis, 'verdict' | 'suspicions'>, failOn: Level = 'CRITICAL'): 0 | 1 | 3 {
  if (diagnosis.verdict === 'dropped' || diagnosis.verdict === 'rejected') return 1;
  if (diagnosis.suspicions.some((suspicion) => LEVELS.indexOf(suspicion.level) >= LEVELS.indexOf(failOn))) return 1;
  return diagnosis.verdict === 'unknown' ? 3 : 0;
}
