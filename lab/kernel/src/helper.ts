import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the helper answers; see helper.py. */
export interface HelperAnswer {
  readonly id: number;
  readonly failed?: string;
  /** Of a volley: one for every probe, in their order. */
  readonly answers?: readonly ProbeAnswer[];
  /** What was traced of it, by namespace. */
  readonly rules?: Readonly<Record<string, readonly RuleEvent[]>>;
}

/** What became of one packet. */
export interface ProbeAnswer {
  readonly outcome: 'answered' | 'error' | 'silence';
  readonly received?: {
    readonly as: string;
    readonly src: string;
    readonly sport: number;
    readonly dst?: string;
    readonly dport: number;
    readonly mark?: number;
    readonly ttl?: number;
    readonly tos?: number;
  };
  readonly error?: {
    readonly errno: string;
    readonly origin: string;
    readonly type?: number;
    readonly code?: number;
    readonly from?: string;
    /** Is `from` an address of the sender's own? */
    readonly own?: boolean;
  };
}

/** One event of the kernel's trace of nftables rules; see nftrace.py. */
export interface RuleEvent {
  /** Of the packet, while it stays in one place. */
  readonly id: number;
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly type: 'policy' | 'return' | 'rule';
  /** Unset where a chain ends without a rule's doing. */
  readonly handle: number | null;
  readonly mark: number;
  readonly verdict: string;
  /** Jump and goto: where to. */
  readonly to?: string | null;
}

type Request = Readonly<Record<string, unknown>> & { readonly op: 'listen' | 'volley' | 'trace' | 'forget' };

/**
 * The one process that has sockets in namespaces. It outlives this one only to delete every namespace whose name begins with `prefix`,
 * however this one ends.
 */
export class Helper {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<
    number,
    { readonly resolve: (answer: HelperAnswer) => void; readonly reject: (error: Error) => void }
  >();
  private last = 0;
  private said = '';

  constructor(prefix: string) {
    const script = fileURLToPath(new URL('../src/helper.py', import.meta.url));
    // A session of its own: Ctrl-C reaches this process alone, and the helper sees its input end.
    this.child = spawn('python3', [script, prefix], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr?.on('data', (data: Buffer) => (this.said += data.toString()));
    this.child.on('error', (error) => this.end(`python3: ${error.message}`));
    this.child.on('exit', (code) => this.end(`the helper ended with ${String(code)}: ${this.said}`));
    if (this.child.stdout !== null)
      createInterface({ input: this.child.stdout }).on('line', (line) => this.take(JSON.parse(line) as HelperAnswer));
  }

  ask(request: Request): Promise<HelperAnswer> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.stdin?.write(`${JSON.stringify({ ...request, id })}\n`);
    });
  }

  /** Deletes every namespace and ends. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    await ended;
  }

  private take(answer: HelperAnswer): void {
    const waiter = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.failed !== undefined) waiter?.reject(new Error(answer.failed));
    else waiter?.resolve(answer);
  }

  private end(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(why));
    this.waiting.clear();
  }
}
