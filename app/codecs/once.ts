/** Asks when first needed, and remembers the answer; what failed is asked again by the next. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask().catch((thrown: unknown) => {
      asked = undefined
      throw thrown
    })
    return asked
  }
}
