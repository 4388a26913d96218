import credentials from '@alicloud/credentials';
import openApi from '@alicloud/openapi-client';
import type { AliyunFlags } from '../schema.ts';
import { ACTIONS, VERSIONS, wireName } from './actions.ts';
import { endpointOf } from './endpoints.ts';
import { type Failure, kindOf } from './failure.ts';
import { type Raw, isRaw, text } from './raw.ts';
import type { Request } from './request.ts';

/** Milliseconds. The SDK's own three seconds are short for a region far away. */
const PATIENCE = 10_000;

/** In the order of Aliyun's own chain. */
const PLACES =
  'the environment (ALIBABA_CLOUD_ACCESS_KEY_ID …), a RAM role by OIDC, ~/.aliyun/config.json, ~/.alibabacloud/credentials, the RAM role of this machine, ALIBABA_CLOUD_CREDENTIALS_URI';

type Client = InstanceType<typeof openApi.default>;

/** Calls through Aliyun's own client, which signs them (ACS3-HMAC-SHA256). One client a host. */
export function sdkRequest(flags: AliyunFlags): Request {
  const clients = new Map<string, Client>();
  // One for the run: it holds what a role or a token was exchanged for. It looks for credentials at the first call.
  let chain: InstanceType<typeof credentials.default> | undefined;
  const client = (host: string, protocol: string, region: string): Client => {
    const key = `${protocol} ${host} ${region}`;
    const known = clients.get(key);
    if (known !== undefined) return known;
    const { keys } = flags;
    const made = new openApi.default(
      new openApi.Config({
        endpoint: host,
        protocol,
        regionId: region,
        readTimeout: PATIENCE,
        connectTimeout: PATIENCE,
        ...(keys === undefined
          ? { credential: (chain ??= new credentials.default()) }
          : {
              accessKeyId: keys.id,
              accessKeySecret: keys.secret,
              ...(keys.token !== undefined && { securityToken: keys.token, type: 'sts' }),
            }),
      }),
    );
    clients.set(key, made);
    return made;
  };
  return async (name, region, parameters) => {
    const { product, form } = ACTIONS[name];
    const { host, protocol } = endpointOf(product, region, flags.endpoint);
    // The region goes along even to a central host. Parameters of a form leave the query empty but for it.
    const all = { RegionId: region, ...parameters };
    try {
      const result: unknown = await client(host, protocol, region).callApi(
        new openApi.Params({
          action: wireName(name),
          version: VERSIONS[product],
          protocol,
          pathname: '/',
          method: 'POST',
          authType: 'AK',
          style: 'RPC',
          reqBodyType: 'formData',
          bodyType: 'json',
        }),
        new openApi.OpenApiRequest(form ? { query: {}, body: all } : { query: all }),
        // Whether to try again is ours to say.
        { autoretry: false, readTimeout: PATIENCE, connectTimeout: PATIENCE } as never,
      );
      const body = isRaw(result) ? result['body'] : undefined;
      return isRaw(body)
        ? { kind: 'answer', body }
        : { kind: 'failure', failure: { kind: 'refused', code: '', message: 'the answer is no JSON object', requestId: '' } };
    } catch (error) {
      const failure = failureOf(error, host);
      // The chain remembers the place that it tried last, good or not: whoever asks again begins anew.
      if (failure.kind === 'credentials' && failure.requestId === '') {
        chain = undefined;
        clients.clear();
      }
      return { kind: 'failure', failure };
    }
  };
}

/** What the SDK throws. A message of its credential chain may quote a file with keys in it, and is not passed on. */
function failureOf(thrown: unknown, host: string): Failure {
  const error: Raw = isRaw(thrown) ? thrown : {};
  const [name, code, message] = ['name', 'code', 'message'].map((field) => textOf(error[field])) as [string, string, string];
  const status = typeof error['statusCode'] === 'number' ? error['statusCode'] : undefined;
  const data = isRaw(error['data']) ? error['data'] : {};
  const requestId = text(data, 'RequestId');
  if (status !== undefined || requestId !== '') {
    const said = text(data, 'Message') || message;
    return { kind: kindOf(code, status, said), code, message: said, requestId };
  }
  // Its reasons, one a place, may speak of timeouts and of JSON as well.
  if (/\bcredentials?\b/i.test(message)) return withoutCredentials(code, requestId);
  if (/Timeout|ETIMEDOUT/i.test(`${name} ${code}`) || /\bTimeout\b/i.test(message))
    return { kind: 'timeout', code, message: `${host} did not answer in time`, requestId };
  if (/^[A-Z][A-Z0-9_]+$/.test(code)) return { kind: 'unreachable', code, message: `${host} can't be reached (${code})`, requestId };
  if (name === 'SyntaxError' || /json/i.test(message))
    return { kind: 'refused', code, message: `${host} answered with something that is no JSON`, requestId };
  return withoutCredentials(code, requestId);
}

function withoutCredentials(code: string, requestId: string): Failure {
  return { kind: 'credentials', code, message: `no credentials were found that can be used in ${PLACES}`, requestId };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
