import type { Runtime } from '../../ports/runtime.ts'

/** What Amazon's services need of whoever runs us. */
export type AwsRuntime = Pick<
  Runtime,
  | 'env'
  | 'transport'
  | 'log'
  | 'credentials'
  | 'digest'
  | 'duplex'
  | 'audioEncoding'
  | 'transient'
  | 'linger'
> & { name?: string }
