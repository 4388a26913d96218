import { all, unknown } from '../logic.ts';
import type { Arity, MatchReader } from '../parse/option.ts';
import { readProtocol } from './protocol-names.ts';

/**
 * Matches of a protocol of which the model's packets carry no more than the number: another protocol never fits, negated or not; what
 * stands in the header is unknown.
 */
function ofProtocol(name: string, options: Arity): MatchReader {
  return {
    options,
    read: (given) =>
      all([({ packet }) => packet.protocol === readProtocol(name), ...given.names.map((option) => () => unknown(`${name} ${option}`))]),
  };
}

export const ah = ofProtocol('ah', { '--ahspi': 1, '--ahlen': 1, '--ahres': 0 });
export const esp = ofProtocol('esp', { '--espspi': 1 });
export const ipcomp = ofProtocol('ipcomp', { '--ipcompspi': 1, '--compres': 0 });
export const dccp = ofProtocol('dccp', { '--sport': 1, '--dport': 1, '--dccp-types': 1, '--dccp-option': 1 });
export const mh: MatchReader = { ...ofProtocol('mobility-header', { '--mh-type': 1 }), family: 6 };

/** Extension headers of IPv6, which the model's packets have none of: without one nothing fits (linux: `ipv6_find_hdr`). */
function extension(options: Arity): MatchReader {
  return { family: 6, options, read: () => () => false };
}

export const frag = extension({
  '--fragid': 1,
  '--fraglen': 1,
  '--fragres': 0,
  '--fragfirst': 0,
  '--fragmore': 0,
  '--fraglast': 0,
});
export const rt = extension({
  '--rt-type': 1,
  '--rt-segsleft': 1,
  '--rt-len': 1,
  '--rt-0-res': 0,
  '--rt-0-addrs': 1,
  '--rt-0-not-strict': 0,
});
export const hbh = extension({ '--hbh-len': 1, '--hbh-opts': 1 });
export const dst = extension({ '--dst-len': 1, '--dst-opts': 1 });
export const srh = extension({
  '--srh-next-hdr': 1,
  '--srh-hdr-len-eq': 1,
  '--srh-hdr-len-gt': 1,
  '--srh-hdr-len-lt': 1,
  '--srh-segs-left-eq': 1,
  '--srh-segs-left-gt': 1,
  '--srh-segs-left-lt': 1,
  '--srh-last-entry-eq': 1,
  '--srh-last-entry-gt': 1,
  '--srh-last-entry-lt': 1,
  '--srh-tag': 1,
  '--srh-psid': 1,
  '--srh-nsid': 1,
  '--srh-lsid': 1,
});
