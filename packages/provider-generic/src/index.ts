export { genericProvider as default } from './provider.ts';
