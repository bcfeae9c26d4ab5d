/** One turn of the event loop. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Resolves when a figure has not moved for a hundred turns of the event loop. */
export async function standstill(figure: () => number): Promise<void> {
  for (let still = 0, last = -1; still < 100; still++) {
    if (figure() !== last) still = 0
    last = figure()
    await turn()
  }
}
