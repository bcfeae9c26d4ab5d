import { readFileSync } from 'node:fs'

/** The text of an operator's file, read at once: a start waits for nothing else either. */
export const readTextFile = (path: string): string => readFileSync(path, 'utf8')
