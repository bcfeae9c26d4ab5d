import type { RerankRequest } from '../ports/reranking.ts'

/** A document to be ranked as a text: members of an object by their names, a line each. */
export const rankedText = (document: RerankRequest['documents'][number]): string =>
  typeof document === 'string'
    ? document
    : Object.entries(document)
        .map(
          ([name, value]) =>
            `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        )
        .join('\n')
