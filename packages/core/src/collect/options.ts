/** How collector pods are made. Every limit is also held by the run's signal. */
export interface CollectOptions {
  /** `--collector-image` */
  readonly image: string;
  /** `--collector-image-pull-policy` */
  readonly pullPolicy: 'IfNotPresent' | 'Always' | 'Never';
  /** `--collector-namespace`: made where it is missing. */
  readonly namespace: string;
  /** The collector's text, for POSIX sh. */
  readonly script: string;
  /** Its arguments, by node. Default: the node's name, and a deadline a little before {@link runMs}. */
  readonly args?: (node: string) => readonly string[];
  /** Milliseconds that a pod may take to start. */
  readonly podWaitMs: number;
  /** Milliseconds between two looks at the pods. */
  readonly pollMs: number;
  /** Milliseconds that the script may run. */
  readonly runMs: number;
  /** `--preserve-collector-pod`: leave the pods there. */
  readonly preserve: boolean;
}

/** Exists, has the tools, and does not change. */
export const DEFAULT_IMAGE = 'docker.io/nicolaka/netshoot:v0.13';

export const DEFAULT_COLLECT: Omit<CollectOptions, 'script'> = {
  image: DEFAULT_IMAGE,
  pullPolicy: 'IfNotPresent',
  namespace: 'skoop',
  podWaitMs: 30_000,
  pollMs: 200,
  runMs: 30_000,
  preserve: false,
};

export function collectorArgs(node: string, { runMs }: CollectOptions): readonly string[] {
  return ['--node', node, '--deadline', String(Math.max(1, Math.floor(runMs / 1000) - 5))];
}
