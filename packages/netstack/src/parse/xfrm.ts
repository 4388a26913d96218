import type { NamespaceDump } from './artifact.ts';
import type { Gap } from '../source.ts';
import { lines, read } from './read.ts';

/** `ip xfrm policy`: not modelled, so any policy for packets is a gap. Those of a single socket (`socket in`, an IKE daemon's own) don't count. */
export function parseXfrm(dump: NamespaceDump): readonly Gap[] {
  const source = read(dump, 'ip-xfrm-policy', 'xfrm');
  const all = lines(source);
  const policy = all.find((line, i) => /^src /.test(line.text) && !/^socket (?:in|out)\b/.test(all[i + 1]?.text ?? ''));
  const other = all.find((line) => /"dir"/.test(line.text));
  const found = policy ?? other;
  const gaps: Gap[] = source.gap === undefined ? [] : [source.gap];
  if (found !== undefined) gaps.push({ topic: 'xfrm', kind: 'unsupported', why: 'IPsec policies (xfrm) are not modelled', source: found });
  return gaps;
}
