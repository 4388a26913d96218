/**
 * What the model evaluates and no family draws, so that no generated laboratory has it judged by a kernel, and why. A scenario by hand, or what
 * a kernel answered once, may still hold it.
 */
export const NOT_DRAWN: Readonly<Record<string, string>> = {
  '-m ah': 'no packet of the laboratory is of that protocol',
  '-m dccp': 'no packet of the laboratory is of that protocol',
  '-m esp': 'no packet of the laboratory is of that protocol',
  '-m ipcomp': 'no packet of the laboratory is of that protocol',
  '-m mh': 'no packet of the laboratory is of that protocol',
  '-m sctp': 'no packet of the laboratory is of that protocol',
  '-m srh': 'no packet of the laboratory has a routing header',
  '-m devgroup': 'the devices of the families are all of the default group',
  '-m ipv6header': 'no packet of the laboratory has extension headers',
  '-m nfacct': 'its counters are made by a tool of their own',
  '-j DNPT': 'without connection tracking its answers need a second rule',
  '-j SNPT': 'without connection tracking its answers need a second rule',
  '-j NFQUEUE': 'nobody reads the queue',
  '-j ECN': 'ECN of TCP is not seen by a program',
  '-j IDLETIMER': 'it leaves an attribute of the machine, not of a namespace',
  '-j LED': 'it needs a light',
  '-j RATEEST': 'its estimators are the machine’s',
  '-j TEE': 'the copy may reach the same listeners',
};
