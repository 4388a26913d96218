/** Targets that are not evaluated, and why. Whatever is in neither table is not evaluated either: it is not known. */
export const UNDECIDED_TARGETS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    CLUSTERIP: 'a hash decides which of several nodes answers',
    CONNSECMARK: 'a security module may drop what it labels',
    DNPT: 'it translates prefixes without connection tracking',
    HMARK: 'the mark is a hash',
    NFQUEUE: 'a process decides; without one that listens, it is a drop',
    SECMARK: 'a security module may drop what it labels',
    SNPT: 'it translates prefixes without connection tracking',
    SYNPROXY: 'the kernel answers in place of the receiver',
  }),
);
