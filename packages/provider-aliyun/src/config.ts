import { aliyunBinder } from './schema.ts';

export default [aliyunBinder];
