import { calicoBinder } from './schema.ts';

export default [calicoBinder];
