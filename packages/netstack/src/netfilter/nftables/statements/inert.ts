import { INERT, type StatementReader } from '../statement.ts';

/**
 * What the packet does not notice: counting, logging, a copy, a helper, an offload. A flow is offloaded once it is established, so the
 * first packet and its answer still pass all hooks.
 */
export const inert: StatementReader = () => INERT;
