import type { ConfigBinder } from '@skoop/core';

export interface Config {
  /** TCP ports. */
  readonly closedPorts: readonly number[];
}

/** What --__NAME__-… say. */
export const config: ConfigBinder<Config> = {
  name: '__NAME__',
  heading: '__TITLE__ provider',
  bindFlags(flags) {
    flags.add({
      name: '__NAME__-closed-ports',
      type: 'string',
      default: '',
      description: 'TCP ports that the network closes between nodes, with commas',
    });
  },
  parse(values) {
    const texts = String(values['__NAME__-closed-ports'] ?? '')
      .split(',')
      .filter((text) => text !== '');
    const closedPorts = texts.map(Number);
    const wrong = texts.filter(
      (_text, at) => !Number.isInteger(closedPorts[at]) || (closedPorts[at] ?? 0) < 1 || (closedPorts[at] ?? 0) > 65535,
    );
    if (wrong.length > 0)
      return { ok: false, error: [{ flag: '__NAME__-closed-ports', message: 'a port is a number from 1 to 65535; several with commas' }] };
    return { ok: true, value: { closedPorts } };
  },
};

export default [config];
