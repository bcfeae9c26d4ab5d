import { formatOfName } from './media-formats.ts'

const LONGEST = 200

/** Names of the documents of one request: legal for AWS and each different (T30). */
export interface DocumentNames {
  /** `own` is a name from this very wire: kept as it is, as long as it is the first of its kind. */
  name(callers: string | undefined, own?: string): string
}

/**
 * AWS allows ASCII letters, digits, single spaces, hyphens, parentheses and brackets (service model,
 * DocumentBlock.name). A document without a usable name is `Document 1`, counted through the request.
 */
export function createDocumentNames(): DocumentNames {
  const taken: string[] = []
  return {
    name(callers, own) {
      const wanted = own ?? (legalName(callers ?? '') || `Document ${taken.length + 1}`)
      let name = wanted
      for (let copy = 2; taken.includes(name); copy++) {
        const suffix = ` (${copy})`
        name = wanted.slice(0, LONGEST - suffix.length).trimEnd() + suffix
      }
      taken.push(name)
      return name
    },
  }
}

/** The caller's file name as AWS takes it, without the extension of its format; empty when nothing is left. */
export function legalName(name: string): string {
  const bare = formatOfName(name) ? name.slice(0, name.lastIndexOf('.')) : name
  const ascii = bare.normalize('NFKD').replace(/\p{M}/gu, '')
  const legal = ascii.replace(/[^a-zA-Z0-9\s()[\]-]+/g, '-').replace(/\s+/g, ' ')
  const trimmed = legal.slice(0, LONGEST).replace(/^[-\s]+|[-\s]+$/g, '')
  return /[a-zA-Z0-9]/.test(trimmed) ? trimmed : ''
}
