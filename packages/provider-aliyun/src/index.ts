export { default } from './provider.ts';
export { aliyunBinder, type AliyunFlags } from './schema.ts';
