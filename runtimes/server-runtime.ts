import type { Runtime } from '../app/ports/runtime.ts'
import { createAlarms } from './alarms.ts'
import { createCredentials } from './credentials.ts'
import { createDigest } from './digest.ts'
import { http2Duplex } from './http2-duplex.ts'
import { instanceName } from './instance-name.ts'
import { createLineLog } from './line-log.ts'
import { createPinnedWebFetch } from './pinned-web-fetch.ts'
import { withProfileRegion } from './profile-region.ts'
import { readTextFile } from './read-text-file.ts'
import { openBuckets } from './stores/open-buckets.ts'
import { openObjects } from './stores/open-objects.ts'
import { openState } from './stores/open-state.ts'

/** What the servers of Node, Bun and Deno bring alike: all three have Node's modules, a disk and a process of their own. */
export function serverRuntime() {
  const env = withProfileRegion(process.env)
  return {
    env,
    instance: instanceName(),
    log: createLineLog(),
    alarm: createAlarms(),
    duplex: http2Duplex,
    credentials: createCredentials(env),
    digest: createDigest(),
    webFetch: createPinnedWebFetch,
    openState,
    openObjects,
    openBuckets,
    readTextFile,
  } satisfies Partial<Runtime>
}
