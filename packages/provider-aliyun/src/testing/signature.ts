import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What is wrong with an ACS3-HMAC-SHA256 signature; `undefined` where it is right. Written from the specification, not from the SDK. */
export function signatureFault(
  request: { readonly method: string; readonly url: URL; readonly headers: IncomingHttpHeaders; readonly body: string },
  keys: { readonly id: string; readonly secret: string; readonly token?: string },
): 'SignatureDoesNotMatch' | 'InvalidAccessKeyId.NotFound' | 'IncompleteSignature' | 'InvalidSecurityToken.Malformed' | undefined {
  const { headers } = request;
  const found = /^ACS3-HMAC-SHA256 Credential=(?<id>[^,]*),\s*SignedHeaders=(?<names>[^,]*),\s*Signature=(?<signature>[0-9a-f]{64})$/.exec(
    headers.authorization ?? '',
  )?.groups;
  if (found === undefined) return 'IncompleteSignature';
  if (found['id'] !== keys.id) return 'InvalidAccessKeyId.NotFound';
  if (headers['x-acs-security-token'] !== keys.token) return 'InvalidSecurityToken.Malformed';
  const hash = createHash('sha256').update(request.body).digest('hex');
  if (headers['x-acs-content-sha256'] !== hash) return 'SignatureDoesNotMatch';
  const names = (found['names'] ?? '').split(';');
  const needed = Object.keys(headers).filter(
    (name) => name.startsWith('x-acs-') || name === 'host' || (name === 'content-type' && request.body !== ''),
  );
  if (needed.some((name) => !names.includes(name))) return 'IncompleteSignature';
  const canonical = [
    request.method,
    request.url.pathname,
    [...request.url.searchParams]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&'),
    ...[...names].sort().map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    names.join(';'),
    hash,
  ].join('\n');
  const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  return createHmac('sha256', keys.secret).update(text).digest('hex') === found['signature'] ? undefined : 'SignatureDoesNotMatch';
}

/** RFC 3986. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
