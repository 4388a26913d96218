import type { Finding } from '@skoop/netstack';
import type { Level, Suspicion } from '../contracts/suspicion.ts';
import type { NetNodeRef } from '../contracts/net-node.ts';
import { FINDING_ENTRIES } from './finding-codes.ts';

/** A finding of the packet model as a suspicion. `at` is how `on` is spoken of in a sentence. */
export function describeFinding(finding: Finding, on: NetNodeRef, at: string, level: Level, cause: boolean): Suspicion {
  const entry = FINDING_ENTRIES[finding.code];
  const facts = {
    at,
    of: (name: string) => finding.details[name] ?? '',
    text: finding.evidence.at(-1)?.text ?? '',
    evidence: finding.evidence,
  };
  const message = entry.message(facts);
  return {
    code: finding.code,
    level,
    on,
    message: message.charAt(0).toUpperCase() + message.slice(1),
    evidence: finding.evidence,
    remedy: entry.remedy(facts),
    cause,
  };
}
