/** Which cluster, as whom: kubectl's own flags. What is not set comes from the kubeconfig's current context. */
export interface ConnectOptions {
  /** `--kubeconfig`. Otherwise the list in `$KUBECONFIG`, `~/.kube/config`, the pod's service account. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  /** Milliseconds for one request; 0 and absent: 30 seconds. */
  readonly requestTimeoutMs?: number;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}
