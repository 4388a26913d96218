/** What --acme-… say. Small: it is loaded by every run that may need its flags. */
export const acmeConfig = {
  name: 'acme',
  heading: 'Acme provider',
  bindFlags(flags) {
    flags.add({ name: 'acme-region', type: 'string', default: 'moon-1', description: 'Region of the Acme cloud' });
    flags.add({ name: 'acme-block', type: 'boolean', default: false, description: 'Drop every packet between two nodes' });
    flags.add({ name: 'acme-token', type: 'string', env: 'ACME_TOKEN', secret: true, description: 'Token of the Acme API' });
  },
  parse(values) {
    const region = values['acme-region'];
    if (!/^[a-z]+-[0-9]+$/.test(region))
      return { ok: false, error: [{ flag: 'acme-region', message: `"${region}" is no region; one is moon-1` }] };
    return { ok: true, value: { region, block: values['acme-block'], token: values['acme-token'] } };
  },
};

export default [acmeConfig];
