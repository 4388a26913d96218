export { default } from './plugin.ts';
export { calicoBinder, type CalicoFlags } from './schema.ts';
