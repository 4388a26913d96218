import { skoopError } from '../../contracts/error.ts';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name could not be resolved: the name server does not answer',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
};

const TLS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself and not trusted',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the authority that the kubeconfig names',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: compare the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names',
};

/** A request that got no answer, told as what failed, on which server, and what to do. */
export function networkError(server: string, cause: unknown): Error {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const tls = TLS[code] ?? (/^ERR_(SSL|TLS|OSSL)|^EPROTO$/.test(code) ? message : undefined);
  if (tls !== undefined) {
    return skoopError(
      'CLUSTER_TLS',
      `no secure connection to ${server}: ${tls}${code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? ` (${message})` : ''}`,
      {
        remedy:
          'Compare certificate-authority and tls-server-name of the kubeconfig with the server; a wrong port or http for https looks like this too.',
        exit: 4,
        cause,
      },
    );
  }
  return unreachable(server, REASONS[code] ?? (message || code), cause);
}

export function unreachable(server: string, why: string, cause?: unknown): Error {
  return skoopError('CLUSTER_UNREACHABLE', `the API server ${server} is not reached: ${why}`, {
    remedy:
      'Check that the server of the chosen context is right and up, and that a proxy or VPN in between is too (`kubectl version` asks the same).',
    exit: 4,
    cause,
  });
}
