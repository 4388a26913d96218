import type { ActionName } from './actions.ts';

/** Why something could not be read. */
export type FailureKind =
  | 'forbidden'
  | 'credentials'
  | 'throttled'
  | 'not-found'
  | 'timeout'
  | 'unreachable'
  | 'refused'
  /** The snapshot does not hold it. */
  | 'not-recorded';

/** Plain data, so that a snapshot can hold it: no signed header, no key. */
export interface Failure {
  readonly kind: FailureKind;
  /** The API's own word, `Forbidden.RAM`; '' where the API did not speak. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

/** Thrown by reads, and caught where a part of an answer is put together: that part is then unknown. */
export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
  readonly action: ActionName;
  readonly failure: Failure;

  constructor(action: ActionName, failure: Failure) {
    super(failure.message);
    this.action = action;
    this.failure = failure;
  }
}

const CREDENTIALS =
  /^(?:InvalidAccessKeyId|InvalidAccessKeySecret|SignatureDoesNotMatch|IncompleteSignature|InvalidSecurityToken|InvalidCredentials|MissingAccessKeyId|InvalidTimeStamp)/;
const FORBIDDEN = /^(?:Forbidden|NoPermission|Unauthorized|AccessDenied|UserNotInTheWhiteList)/i;
const BUSY =
  /Throttling|^(?:ServiceUnavailable|InternalError|SystemBusy|OperationBusy|ServiceIsConfiguring|BackendServer\.configuring|ServiceIsStopping)/;
const ABSENT = /NotFound|NotExist|^InvalidInstanceId\.|^ListenerNotFound/;

/** Decides on the code first and the message second, as the API does not always have a code for what it means. */
export function kindOf(code: string, status: number | undefined, message: string): FailureKind {
  if (CREDENTIALS.test(code)) return 'credentials';
  if (BUSY.test(code)) return 'throttled';
  if (ABSENT.test(code) || (code.startsWith('InvalidParameter') && /does not exist/.test(message))) return 'not-found';
  if (FORBIDDEN.test(code)) return 'forbidden';
  return status !== undefined && status >= 500 ? 'throttled' : 'refused';
}
