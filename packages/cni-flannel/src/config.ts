import { flannelBinder } from './schema.ts';

export default [flannelBinder];
