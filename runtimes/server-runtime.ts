import type { GatewayError } from '../app/errors.ts'
import type { Runtime } from '../app/ports/runtime.ts'
import { createAlarms } from './alarms.ts'
import { createCredentials } from './calling/credentials.ts'
import { http2Duplex } from './calling/http2-duplex.ts'
import { createPinnedWebFetch } from './calling/pinned-web-fetch.ts'
import { withSharedProfile } from './calling/shared-profile.ts'
import { createDigest } from './digest.ts'
import { instanceName } from './instance-name.ts'
import { createLineLog, type WriteOut } from './line-log.ts'
import { readTextFile } from './read-text-file.ts'
import { openBuckets } from './stores/open-buckets.ts'
import { openObjects } from './stores/open-objects.ts'
import { openState } from './stores/open-state.ts'

/** A runtime that is a process of its own, which can be told to end. */
export interface ServerRuntime extends Runtime {
  /** Tells every answer that is under way to end now, and why. */
  endAnswers(why: GatewayError): void
}

/** What the servers of Node, Bun and Deno bring alike: all three have Node's modules, a disk and a process of their own. */
export function serverRuntime(writeOut?: WriteOut) {
  const env = withSharedProfile(process.env)
  const alarms = createAlarms()
  return {
    env,
    instance: instanceName(),
    log: createLineLog(writeOut),
    alarm: alarms.set,
    endAnswers: alarms.ringAll,
    duplex: http2Duplex,
    credentials: createCredentials(env),
    digest: createDigest(),
    webFetch: createPinnedWebFetch,
    openState,
    openObjects,
    openBuckets,
    readTextFile,
  } satisfies Partial<ServerRuntime>
}
