/**
 * Loaded into the server under soak with `--import`: tells what only the process itself knows, on
 * `PROBE_PORT` of loopback. `GET /gc` collects garbage first. Its own listener keeps nothing alive.
 */
import { createServer } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Inside {
  /** Bytes. */
  heap: number
  external: number
  /** What keeps the event loop alive, by kind: `TCPSocketWrap`, `Timeout`. */
  resources: Record<string, number>
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function look(): Inside {
  const { heapUsed, external } = process.memoryUsage()
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  return { heap: heapUsed, external, resources }
}

createServer((request, response) => {
  if (request.url === '/gc') collect()
  response.setHeader('connection', 'close').end(JSON.stringify(look()))
})
  .listen(Number(process.env['PROBE_PORT']), '127.0.0.1')
  .unref()
