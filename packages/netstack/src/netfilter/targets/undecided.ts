/** Targets that are not evaluated, and why. Whatever is in neither table is not evaluated either: it is not known. */
export const UNDECIDED_TARGETS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    CLUSTERIP: 'a hash decides which of several nodes answers',
    CONNSECMARK: 'a security module may drop what it labels',
    HMARK: 'the mark is a hash',
    SECMARK: 'a security module may drop what it labels',
    SYNPROXY: 'the kernel answers in place of the receiver',
  }),
);
