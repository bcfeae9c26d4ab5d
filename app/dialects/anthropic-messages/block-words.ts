import { entryOf } from '../../codecs/table.ts'
import type { Fields } from './extras.ts'

/** Blocks of a history that models take with a beta flag alone, in words; undefined where a block has none. */
const WORDS: Record<string, (block: Fields) => string | undefined> = {
  // What a search for tools found. The tool itself is among those of the request.
  tool_reference: ({ tool_name: name }) =>
    typeof name === 'string' ? `The tool ${name} can be called now.` : undefined,
  // It stands for the conversation before it; one without content for nothing (Anthropic's SDK 1.12).
  compaction: ({ content: summary }) =>
    summary && typeof summary === 'string'
      ? `Summary of the conversation so far:\n${summary}`
      : undefined,
}

/** What the block says to a model that does not take it; undefined where words cannot stand for it. */
export const wordsOf = (block: Fields): string | undefined =>
  entryOf(WORDS, String(block['type']))?.(block)
