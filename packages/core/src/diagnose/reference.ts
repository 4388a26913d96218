import { type Ip, parseIp } from '@skoop/netstack';
import { type SkoopError, skoopError } from '../contracts/error.ts';
import { type Result, err, ok } from '../contracts/result.ts';
import { kindNames, kindOf } from './kinds.ts';

/** The text of `-s` or `-d`, taken apart; the cluster has not been asked yet. `port` is a number or a name, as written. */
export type Reference = { readonly port: string | undefined } & (
  | { readonly form: 'external' }
  | { readonly form: 'ip'; readonly ip: Ip }
  | { readonly form: 'object'; readonly kind: string; readonly namespace: string | undefined; readonly name: string }
  /** `NS/NAME`: a pod, unless the first part is neither. */
  | { readonly form: 'namespaced'; readonly namespace: string; readonly name: string }
  /** `NAME.NS.svc[.DOMAIN]`: a Service and nothing else. */
  | { readonly form: 'dns'; readonly namespace: string; readonly name: string }
  /** A pod, or with a dot `NAME.NS` of a Service. */
  | { readonly form: 'name'; readonly name: string }
);

export function parseReference(text: string): Result<Reference, SkoopError> {
  const whole = text.trim();
  if (whole === '') return err(unreadable(text, 'it is empty'));
  const bracketed = /^\[([^\]]+)\](?::(.+))?$/.exec(whole);
  if (bracketed !== null) {
    const ip = parseIp(bracketed[1] ?? '');
    return ip === undefined
      ? err(unreadable(text, `${bracketed[1] ?? ''} is no IPv6 address`))
      : ok({ form: 'ip', ip, port: bracketed[2] });
  }
  const address = parseIp(whole);
  if (address !== undefined) return ok({ form: 'ip', ip: address, port: undefined });
  const colon = whole.lastIndexOf(':');
  const head = colon < 0 ? whole : whole.slice(0, colon);
  const port = colon < 0 ? undefined : whole.slice(colon + 1);
  if (port === '') return err(unreadable(text, 'nothing follows the colon'));
  if (head.includes(':')) return err(unreadable(text, 'it has more than one colon; an IPv6 address with a port is written [ADDRESS]:PORT'));
  const ip = parseIp(head);
  if (ip !== undefined) return ok({ form: 'ip', ip, port });
  if (/^[\d.]+$/.test(head) && head.includes('.')) return err(unreadable(text, `${head} is no IPv4 address`));
  if (head.toLowerCase() === 'external') return ok({ form: 'external', port });
  return named(text, head, port);
}

function named(text: string, head: string, port: string | undefined): Result<Reference, SkoopError> {
  const parts = head.split('/');
  if (parts.some((part) => !/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(part)))
    return err(unreadable(text, 'a part of it is no name of a Kubernetes object'));
  const [first = '', second = '', third = ''] = parts;
  const kind = kindOf(first);
  switch (parts.length) {
    case 1: {
      const [name = '', namespace = '', label] = first.split('.');
      return ok(label === 'svc' ? { form: 'dns', name, namespace, port } : { form: 'name', name: first, port });
    }
    case 2:
      return ok(
        kind === undefined
          ? { form: 'namespaced', namespace: first, name: second, port }
          : { form: 'object', kind, namespace: undefined, name: second, port },
      );
    case 3:
      if (kind === undefined)
        return err(
          skoopError('KIND_UNKNOWN', `"${first}" in "${text}" is no kind that can be a source or a destination`, {
            remedy: `Write KIND/NAMESPACE/NAME with one of ${kindNames().join(', ')}.`,
          }),
        );
      if (kind === 'Node')
        return err(skoopError('OBJECT_UNKNOWN', `"${text}" gives a node a namespace`, { remedy: `Write node/${third}.` }));
      return ok({ form: 'object', kind, namespace: second, name: third, port });
    default:
      return err(unreadable(text, 'it has more than three parts'));
  }
}

function unreadable(text: string, why: string): SkoopError {
  return skoopError('REFERENCE_UNREADABLE', `"${text}" can't be read as a source or a destination: ${why}`, {
    remedy:
      'Write an IP address, KIND/NAME, KIND/NAMESPACE/NAME, NAMESPACE/POD, POD, SERVICE.NAMESPACE.svc or external; on a destination with :PORT where one is needed.',
  });
}
