import type { ConfigBinder } from '@skoop/core';

export interface Config {
  readonly bridge: string;
}

/** What --__NAME__-… say. */
export const config: ConfigBinder<Config> = {
  name: '__NAME__',
  heading: '__TITLE__ network plugin',
  bindFlags(flags) {
    flags.add({ name: '__NAME__-bridge', type: 'string', default: 'cni0', description: "Bridge that the pods' devices are ports of" });
  },
  parse(values) {
    const bridge = String(values['__NAME__-bridge'] ?? '');
    return bridge === ''
      ? { ok: false, error: [{ flag: '__NAME__-bridge', message: 'a bridge needs a name' }] }
      : { ok: true, value: { bridge } };
  },
};

export default [config];
