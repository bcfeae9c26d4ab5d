import { hostname } from 'node:os'

/** Host and process: tells this process from others that run the same. */
export const instanceName = (): string => `${hostname()}:${process.pid}`
