/** An address that cannot be listened on, as Node, Bun and Deno call it. */
const ADDRESS_FAULTS = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND'])

/** Runs a start. What an operator did is told in one sentence, what we did wrong with its stack. */
export async function start(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (thrown) {
    console.error(isForeseen(thrown) ? thrown.message : thrown)
    process.exitCode = 1
  }
}

function isForeseen(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error)) return false
  if (Object.getPrototypeOf(thrown) === Error.prototype) return true
  return 'code' in thrown && ADDRESS_FAULTS.has(String(thrown.code))
}
