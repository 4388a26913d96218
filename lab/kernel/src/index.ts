export type { Answer, Receipt } from './answer.ts';
export { answersOf, describeAnswer } from './answer.ts';
export { compare } from './compare.ts';
export { buildScript } from './commands.ts';
export type { LabDescription, LinkDescription, ListenerDescription, MachineDescription, NamespaceDescription } from './description.ts';
export type { Lab } from './lab.ts';
export { type Probe, parseProbe } from './probe.ts';
export { LabSession } from './session.ts';
