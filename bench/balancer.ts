import { connect, createServer, type Server } from 'node:net'

/** A balancer of plain TCP: each new connection goes to the next of the ports, and nothing is looked into. */
export function startBalancer(ports: readonly number[]): Promise<Server & { counts: number[] }> {
  const counts = ports.map(() => 0)
  let turn = 0
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (caller) => {
    const at = turn++ % ports.length
    counts[at]!++
    const instance = connect({
      port: ports[at]!,
      host: '127.0.0.1',
      noDelay: true,
      allowHalfOpen: true,
    })
    caller.pipe(instance)
    instance.pipe(caller)
    for (const [one, other] of [
      [caller, instance],
      [instance, caller],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(Object.assign(server, { counts })))
  })
}
