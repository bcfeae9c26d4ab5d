/**
 * What a table holds under a word that somebody else wrote. What every object has from birth
 * (`constructor`, `__proto__`) is not in it, as it would be by `table[word]`.
 */
export function entryOf<Value>(
  table: Readonly<Partial<Record<string, Value>>>,
  word: string | number,
): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}
