/** Matches that are not evaluated, and why. Whatever is in neither table is not evaluated either: it is not known. */
export const UNDECIDED_MATCHES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bpf: 'a program looks at the bytes of the packet',
    cluster: 'a hash decides',
    connbytes: "the connection's counters move with every packet",
    connlabel: "a connection's labels are in no dump",
    cpu: 'the processor that it arrives on decides',
    eui64: 'the address is compared with that of the frame',
    ipvs: 'what IPVS keeps of a connection is not modelled',
    osf: "the sender's operating system is guessed from its packet",
    rateest: 'rates are measured',
    realm: 'the realms of routes are not modelled',
    string: 'the contents of the packet decide',
    tcpmss: 'the options of TCP are not modelled',
    time: 'the time of day decides',
    u32: 'the bytes of the packet decide',
  }),
);
