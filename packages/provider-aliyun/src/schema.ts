import type { ConfigBinder, ConfigError } from '@skoop/core';

/** What the user says of the cloud; everything left out is found as Aliyun's own tools find it. */
export interface AliyunFlags {
  /** `undefined`: the credential chain is asked. */
  readonly keys: { readonly id: string; readonly secret: string; readonly token: string | undefined } | undefined;
  readonly endpoint: Endpoint | undefined;
}

/** Where the API is, in place of the public one. `{product}` and `{region}` in `host` stand for what is called. */
export interface Endpoint {
  readonly protocol: 'http' | 'https';
  readonly host: string;
}

/** Names of the first three are KubeSkoop's. */
export const aliyunBinder: ConfigBinder<AliyunFlags> = {
  name: 'aliyun',
  heading: 'Aliyun provider',
  bindFlags(flags) {
    flags.add({
      name: 'aliyun-access-key-id',
      type: 'string',
      env: 'ALIBABA_CLOUD_ACCESS_KEY_ID',
      secret: true,
      description: 'AccessKey id (default: as the credential chain of Aliyun finds it)',
    });
    flags.add({
      name: 'aliyun-access-key-secret',
      type: 'string',
      env: 'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
      secret: true,
      description: 'AccessKey secret',
    });
    flags.add({
      name: 'aliyun-security-token',
      type: 'string',
      env: 'ALIBABA_CLOUD_SECURITY_TOKEN',
      secret: true,
      description: 'Token of temporary credentials (STS)',
    });
    flags.add({
      name: 'aliyun-endpoint',
      type: 'string',
      description: 'Where the API is, {product} and {region} filled in: {product}-vpc.{region}.aliyuncs.com stays inside of a VPC',
    });
  },
  parse(values) {
    const id = filled(values['aliyun-access-key-id']);
    const secret = filled(values['aliyun-access-key-secret']);
    const token = filled(values['aliyun-security-token']);
    const endpoint = filled(values['aliyun-endpoint']);
    const where = endpoint === undefined ? undefined : parseEndpoint(endpoint);
    const errors: ConfigError[] = [];
    if (id !== undefined && secret === undefined)
      errors.push({ flag: 'aliyun-access-key-secret', message: 'an AccessKey id needs its secret: set --aliyun-access-key-secret too' });
    if (id === undefined && (secret !== undefined || token !== undefined))
      errors.push({ flag: 'aliyun-access-key-id', message: 'a secret or a token needs the AccessKey id: set --aliyun-access-key-id too' });
    if (where === null)
      errors.push({ flag: 'aliyun-endpoint', message: `"${endpoint ?? ''}" is no host; one is {product}-vpc.{region}.aliyuncs.com` });
    if (errors.length > 0) return { ok: false, error: errors };
    const keys = id === undefined || secret === undefined ? undefined : { id, secret, token };
    return { ok: true, value: { keys, endpoint: where ?? undefined } };
  },
};

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `null`: it is none. */
function parseEndpoint(text: string): Endpoint | null {
  const found = /^(?:(?<protocol>https?):\/\/)?(?<host>[A-Za-z0-9.{}_-]+(?::\d{1,5})?)\/?$/.exec(text)?.groups;
  if (found?.['host'] === undefined) return null;
  return { protocol: found['protocol'] === 'http' ? 'http' : 'https', host: found['host'] };
}
