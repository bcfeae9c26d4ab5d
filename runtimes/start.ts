/** Runs a start. What an operator did is told in one sentence, what we did wrong with its stack. */
export async function start(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (thrown) {
    const foreseen = thrown instanceof Error && Object.getPrototypeOf(thrown) === Error.prototype
    console.error(foreseen ? thrown.message : thrown)
    process.exitCode = 1
  }
}
