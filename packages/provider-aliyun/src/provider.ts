import type { CloudRecord, Provider } from '@skoop/core';
import { ramAction } from './api/actions.ts';
import { type LiveReader, type RecordedCall, liveReader } from './api/reader.ts';
import { PART, recordedReader, toRecording } from './api/recording.ts';
import { sdkRequest } from './api/sdk.ts';
import { detect } from './detect.ts';
import { aliyunInfra } from './infra/infra.ts';
import { readEverything } from './record.ts';
import { aliyunBinder } from './schema.ts';

/** What the shim draws between the nodes. */
const NODE_KINDS = ['vswitch', 'vpc', 'transit', 'eip', 'nat-gateway', 'ipv6-gateway', 'ecs', 'endpoint'];

const aliyun: Provider = {
  name: 'aliyun',
  detect,
  createNetwork(ctx) {
    const { cluster, recorded, signal } = ctx;
    const reader = recorded === undefined ? liveReader(sdkRequest(ctx.config(aliyunBinder)), signal) : recordedReader(recorded[PART]);
    return ctx.compose({ infra: aliyunInfra({ reader, cluster }), nodeKinds: NODE_KINDS });
  },
  async record(ctx) {
    const reader = liveReader(sdkRequest(ctx.config(aliyunBinder)), ctx.signal);
    await readEverything(reader, ctx.cluster);
    return recordOf(reader);
  },
};

/** What a reader has read, and what it could not. That something does not exist is an answer as well. */
export async function recordOf(reader: LiveReader): Promise<CloudRecord> {
  const calls = await reader.recorded();
  return { parts: { [PART]: toRecording(calls) }, missing: calls.flatMap(missingOf) };
}

function missingOf({ action, result }: RecordedCall): CloudRecord['missing'] {
  if (result.kind === 'answer' || result.failure.kind === 'not-found') return [];
  const { code, message } = result.failure;
  return [{ what: `a part of the cloud (${ramAction(action)})`, why: code === '' ? message : `${code}: ${message}` }];
}

export default aliyun;
