import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Query, type StubAction, answers } from './answers.ts';
import { signatureFault } from './signature.ts';
import type { Wire, World } from './world.ts';

/** How an action misbehaves, so often as said. */
export interface Fault {
  readonly times: number;
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

/** A call as it came in: `ecs:DescribeInstances`. */
export interface Call {
  readonly action: string;
  readonly query: Query;
}

/** Aliyun's RPC APIs on loopback, behind their real wire protocol: signatures are checked, answers come in pages. */
export class Stub {
  readonly world: World;
  readonly calls: Call[] = [];
  /** Of one page, at most: small, so that everything is paged. */
  pageSize = 2;
  /** Answers nothing at all. */
  isSilent = false;
  /** Answers a page, as a proxy does. */
  isProxy = false;
  private readonly faults = new Map<string, { fault: Fault; left: number }>();
  private readonly server: Server;

  /** `world` is looked at with every call: a test may change it meanwhile. */
  constructor(world: World) {
    this.world = world;
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (this.isSilent) return;
        if (this.isProxy) {
          response.end('<html>sign in</html>');
          return;
        }
        const url = new URL(request.url ?? '/', 'http://localhost');
        const body = Buffer.concat(parts).toString();
        const { status, answer } = this.answer(request.method ?? '', url, request.headers, body);
        response.writeHead(status, { 'content-type': 'application/json;charset=utf-8' });
        response.end(JSON.stringify({ RequestId: 'REQUEST-1', ...answer }));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  fail(action: string, fault: Fault): void {
    this.faults.set(action, { fault, left: fault.times });
  }

  private answer(method: string, url: URL, headers: IncomingHttpHeaders, body: string): { readonly status: number; readonly answer: Wire } {
    const fault = signatureFault({ method, url, headers, body }, this.world.keys);
    if (fault !== undefined) return error(fault.startsWith('Invalid') ? 404 : 400, fault, 'The signature is not right.');
    const name = String(headers['x-acs-action'] ?? '');
    const action = answers.find((candidate) => candidate.name === name && candidate.version === headers['x-acs-version']);
    if (action === undefined) return error(404, 'InvalidAction.NotFound', `There is no action ${name}.`);
    const full = `${action.product}:${name}`;
    const query: Query = Object.fromEntries(new URLSearchParams(action.form ? body : url.search));
    this.calls.push({ action: full, query });
    const planned = this.faults.get(full);
    if (planned !== undefined && planned.left > 0) {
      planned.left--;
      return error(planned.fault.status, planned.fault.code, planned.fault.message ?? 'The test wants it so.');
    }
    return respond(this.world, action, query, this.pageSize);
  }
}

/** What an action says, one page of it. */
export function respond(
  world: World,
  action: StubAction,
  query: Query,
  pageSize: number,
): { readonly status: number; readonly answer: Wire } {
  if (query['RegionId'] !== world.region) return error(404, 'InvalidRegionId.NotFound', 'There is no such region.');
  const result = action.answer(world, query);
  if ('error' in result) return error(404, result.error, result.message);
  if (!('list' in result)) return { status: 200, answer: result.body };
  return { status: 200, answer: { ...result.body, ...pageOf(action, result.list, query, pageSize) } };
}

function pageOf({ page, items }: StubAction, list: readonly unknown[], query: Query, pageSize: number): Wire {
  if (page === undefined) return nested(items, list);
  const size = Math.min(pageSize, Number(query[page.size] ?? 10));
  if (page.kind === 'number') {
    const number = Number(query[page.number] ?? 1);
    const part = list.slice((number - 1) * size, number * size);
    // Some products write numbers as texts.
    return { ...nested(items, part), [page.total]: String(list.length), PageNumber: number, PageSize: size };
  }
  const from = Number(query['NextToken'] ?? 0);
  const more = from + size < list.length;
  return { ...nested(items, list.slice(from, from + size)), NextToken: more ? String(from + size) : '' };
}

function nested(path: string, value: unknown): Wire {
  return path.split('.').reduceRight((inner: unknown, name) => ({ [name]: inner }), value) as Wire;
}

function error(status: number, code: string, message: string): { readonly status: number; readonly answer: Wire } {
  const denied = code.startsWith('Forbidden') ? { AccessDeniedDetail: { AuthAction: 'x', NoPermissionType: 'ImplicitDeny' } } : {};
  return { status, answer: { Code: code, Message: message, HostId: 'stub', ...denied } };
}
