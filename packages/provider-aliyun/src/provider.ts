import type { Provider } from '@skoop/core';
import { liveReader } from './api/reader.ts';
import { sdkRequest } from './api/sdk.ts';
import { detect } from './detect.ts';
import { aliyunInfra } from './infra/infra.ts';
import { aliyunBinder } from './schema.ts';

const aliyun: Provider = {
  name: 'aliyun',
  detect,
  createNetwork(ctx) {
    const reader = liveReader(sdkRequest(ctx.config(aliyunBinder)), ctx.signal);
    return ctx.compose({ infra: aliyunInfra({ reader, cluster: ctx.cluster }) });
  },
};

export default aliyun;
