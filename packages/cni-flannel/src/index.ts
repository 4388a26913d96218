export { default } from './plugin.ts';
export { flannelBinder, type FlannelFlags } from './schema.ts';
